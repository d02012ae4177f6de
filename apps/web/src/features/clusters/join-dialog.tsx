"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { type DragEvent, useId, useState } from "react";
import { useForm, type UseFormReturn } from "react-hook-form";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { FormField } from "./form-field.tsx";
import { type JoinForm, joinFormSchema } from "./join-form.ts";
import { KubeconfigCheck } from "./kubeconfig-check.tsx";

const fileBytesMax = 512 * 1024;

/** A kubeconfig is pasted or dropped, what was understood is shown, and only then the cluster joins. */
export function JoinDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("join");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const form = useForm<JoinForm>({ resolver: zodResolver(joinFormSchema), defaultValues: { kubeconfig: "", name: "", region: "default", zone: "default", group: "default", gatewayHost: "", gatewayPort: "80" } });
  const [checked, setChecked] = useState("");
  const check = useMutation(
    trpc.clusters.checkKubeconfig.mutationOptions({
      onSuccess: (view) => {
        if (view.understood !== null && form.getValues("name") === "") form.setValue("name", view.understood.cluster);
      },
    }),
  );
  const join = useMutation(
    trpc.clusters.join.mutationOptions({
      onSuccess: ({ key }) => {
        toast.success(t("joined", { key }));
        onClose();
      },
    }),
  );
  const look = (text: string) => {
    form.setValue("kubeconfig", text, { shouldValidate: false });
    if (text.trim() === "" || text === checked) return;
    setChecked(text);
    check.mutate({ kubeconfig: text });
  };
  const submitAs = (acceptUnreachable: boolean) => form.handleSubmit((values) => join.mutate({ ...values, gatewayPort: Number(values.gatewayPort), acceptUnreachable }));
  const submit = submitAs(false);
  const unreachable = join.isError && errorView(join.error).code === "Unreachable";
  const refused = check.data !== undefined && check.data.refusal !== null;
  const errors = form.formState.errors;
  const words = (field: keyof JoinForm) => (errors[field] === undefined ? undefined : t(`wrong-${field}`));
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} title={t("title")} description={t("why")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <KubeconfigField form={form} error={words("kubeconfig")} refused={refused} look={look} />
        <div className="min-h-9">
          {check.isPending ? <p role="status" className="pt-2 text-sm text-ink-2">{t("checking")}</p> : null}
          {check.isError ? <ErrorNote {...errorView(check.error)} retry={() => check.mutate({ kubeconfig: checked })} /> : null}
          {check.data === undefined || check.isPending ? null : <KubeconfigCheck view={check.data} />}
        </div>
        <PlaceFields form={form} words={words} />
        {join.isError ? <div className="mt-3"><ErrorNote {...errorView(join.error)} /></div> : null}
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          {unreachable ? <Button onClick={() => void submitAs(true)()} disabled={join.isPending || refused}>{t("confirm-unreachable")}</Button> : null}
          <Button tone="primary" type="submit" disabled={join.isPending || refused}>{t("confirm")}</Button>
        </div>
      </form>
    </Modal>
  );
}

function KubeconfigField({ form, error, refused, look }: { form: UseFormReturn<JoinForm>; error: string | undefined; refused: boolean; look: (text: string) => void }) {
  const id = useId();
  const t = useTranslations("join");
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (file !== undefined && file.size <= fileBytesMax) void file.text().then(look);
  };
  return (
    <div className="mt-4">
      <label htmlFor={id} className="mb-1.5 block text-sm text-ink-2">{t("kubeconfig")}</label>
      <textarea
        {...form.register("kubeconfig", { onBlur: (event: { target: { value: string } }) => look(event.target.value) })}
        // The pasted text stands in the field only after this event.
        onPaste={() => setTimeout(() => look(form.getValues("kubeconfig")), 0)}
        onDragOver={(event) => event.preventDefault()}
        onDrop={onDrop}
        rows={6}
        spellCheck={false}
        autoComplete="off"
        id={id}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        aria-invalid={error !== undefined || refused}
        placeholder={t("kubeconfig-hint")}
        className="w-full rounded-control border border-line-strong bg-panel px-3 py-2 font-mono text-xs leading-[18px] placeholder:text-ink-3"
      />
      {error === undefined ? null : <p id={`${id}-error`} role="alert" className="text-xs text-bad">{error}</p>}
    </div>
  );
}

function PlaceFields({ form, words }: { form: UseFormReturn<JoinForm>; words: (field: keyof JoinForm) => string | undefined }) {
  const t = useTranslations("join");
  return (
    <>
      <div className="mt-2 grid gap-x-4 gap-y-3 sm:grid-cols-2">
        <FormField label={t("name")} error={words("name")} input={form.register("name")} />
        <div className="grid grid-cols-[minmax(0,1fr)_92px] gap-3">
          <FormField label={t("gateway-host")} error={words("gatewayHost")} input={form.register("gatewayHost")} />
          <FormField label={t("gateway-port")} error={words("gatewayPort")} input={form.register("gatewayPort")} numeric />
        </div>
      </div>
      <details className="mt-3">
        <summary className="min-h-6 cursor-pointer text-sm text-ink-2">{t("location")}</summary>
        <div className="mt-2 grid gap-3 sm:grid-cols-3">
          <FormField label={t("region")} error={words("region")} input={form.register("region")} />
          <FormField label={t("zone")} error={words("zone")} input={form.register("zone")} />
          <FormField label={t("group")} error={words("group")} input={form.register("group")} />
        </div>
      </details>
    </>
  );
}
