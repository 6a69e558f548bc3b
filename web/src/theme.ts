import { type CSSVariablesResolver, createTheme } from "@mantine/core";

/** Design tokens: the only file with colours and type. Light and dark are two columns of one table. */
export type Scheme = "light" | "dark";

/** Twenty colours that stay apart from their neighbours in a stack, then one for "Other". */
export const seriesColors: Record<Scheme, readonly string[]> = {
  light: [
    "#3b6fe0",
    "#19b5a5",
    "#f2a93b",
    "#e5677b",
    "#8a6be8",
    "#48b0e6",
    "#72bd4a",
    "#f0855a",
    "#cf74c2",
    "#64789f",
    "#9dbaf6",
    "#8fdbd0",
    "#f8d28a",
    "#f3b1ba",
    "#c7b6f6",
    "#a8d8f3",
    "#b9dea0",
    "#f8c2a9",
    "#e8b9df",
    "#b0bdd4",
  ],
  dark: [
    "#5b8bf5",
    "#2cc5b4",
    "#f0b04c",
    "#ef7d8e",
    "#a18af2",
    "#5fbdf0",
    "#86cb5f",
    "#f4986f",
    "#da8bcf",
    "#8798bd",
    "#37589f",
    "#1f7d74",
    "#96702f",
    "#97505d",
    "#65579b",
    "#3b7797",
    "#557f3d",
    "#985f46",
    "#875782",
    "#556280",
  ],
};
export const otherColor: Record<Scheme, string> = { light: "#cbd2dc", dark: "#414a5c" };

const tokens = {
  "--ca-canvas": ["#f5f7fa", "#0e121a"],
  "--ca-surface": ["#ffffff", "#161b26"],
  "--ca-raised": ["#f8fafc", "#1c2230"],
  "--ca-hover": ["#eef3fd", "#222b3d"],
  "--ca-line": ["#e4e8ef", "#272f3f"],
  "--ca-line-strong": ["#cdd4df", "#39435a"],
  "--ca-text": ["#1a2233", "#e6eaf2"],
  "--ca-muted": ["#566074", "#a0aabd"],
  "--ca-accent-hover": ["#cfdcf8", "#132c68"], // muted text stays readable on it
  "--ca-accent": ["#2f5fd0", "#8fb0ff"],
  "--ca-up": ["#b3372f", "#ff9a90"],
  "--ca-down": ["#1a7a4c", "#6fd6a2"],
  "--ca-ok-text": ["#14633d", "#7fe0b0"],
  "--ca-ok-fill": ["#e5f6ed", "#12301f"],
  "--ca-warn-text": ["#7d4d00", "#ffcf7d"],
  "--ca-warn-fill": ["#fff3d9", "#382a0d"],
  "--ca-bad-text": ["#9c2620", "#ffb0a8"],
  "--ca-bad-fill": ["#fdeaea", "#3d1a19"],
  "--ca-bar": ["#3b6fe0", "#5b8bf5"],
  "--ca-bar-score": ["#19b5a5", "#2cc5b4"],
  "--ca-shadow": [
    "0 1px 2px rgb(20 30 55 / 6%), 0 4px 16px rgb(20 30 55 / 4%)",
    "0 1px 2px rgb(0 0 0 / 40%)",
  ],
} satisfies Record<string, [light: string, dark: string]>;

const column = (at: 0 | 1) =>
  Object.fromEntries(Object.entries(tokens).map(([name, pair]) => [name, pair[at]]));
const mantine = {
  "--mantine-color-body": "var(--ca-canvas)",
  "--mantine-color-text": "var(--ca-text)",
  "--mantine-color-dimmed": "var(--ca-muted)",
  "--mantine-color-placeholder": "var(--ca-muted)",
  "--mantine-color-default": "var(--ca-surface)",
  "--mantine-color-default-hover": "var(--ca-hover)",
  "--mantine-color-default-border": "var(--ca-line-strong)",
  "--mantine-color-anchor": "var(--ca-accent)",
  "--mantine-color-azure-light-hover": "var(--ca-accent-hover)",
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...column(0), ...mantine },
  dark: { ...column(1), ...mantine },
});

export const theme = createTheme({
  fontFamily: '"Inter", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "620" },
  primaryColor: "azure",
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Menus open inside the page's main landmark, and hold nothing but their items: what they say is part of the page,
    // and a stop for the focus that is no item is none of a menu's children.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, portalProps: { target: "#content" } } },
  },
  colors: {
    azure: [
      "#eef3fd",
      "#dbe5fa",
      "#b5c9f5",
      "#8dacf0",
      "#6b93eb",
      "#5480e4",
      "#3f6edb",
      "#2f5fd0",
      "#254fb3",
      "#1b3f94",
    ],
    dark: [
      "#e6eaf2",
      "#c3cad8",
      "#a0aabd",
      "#6c778c",
      "#39435a",
      "#272f3f",
      "#1c2230",
      "#161b26",
      "#10151e",
      "#0b0f16",
    ],
  },
});
