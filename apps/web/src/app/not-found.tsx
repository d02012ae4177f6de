import Link from "next/link";
import { buttonClass } from "../components/button.tsx";
import { PageHead } from "../components/page-head.tsx";
import { requestMessages } from "../messages/request-messages.ts";

export default async function NotFound() {
  const { messages } = await requestMessages();
  return (
    <PageHead title={messages.errors["not-found"]}>
      <p className="mt-2 mb-5 text-ink-2">{messages.errors["not-found-why"]}</p>
      <Link href="/" className={buttonClass("primary")}>{messages.errors["to-fleet"]}</Link>
    </PageHead>
  );
}
