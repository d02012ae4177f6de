export const navItems = [
  { id: "fleet", href: "/" },
  { id: "services", href: "/services" },
  { id: "clusters", href: "/clusters" },
] as const;

export function isCurrent(href: string, pathname: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
