import classes from "./tooltip.module.css";

/** A block of a tooltip. Built from nodes, not from markup: names are text, whatever they contain. */
export function line(className: string | undefined, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement("div");
  if (className) element.className = className;
  element.append(...children);
  return element;
}

export function swatch(color: string): HTMLElement {
  const element = line(classes.swatch);
  element.style.background = color;
  return element;
}
