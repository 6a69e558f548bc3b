import "./mantine";
import "./global.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadBelow } from "./analysis/load-below";
import { asked, queryClient } from "./first";
import { atMost } from "./lib/patience";
import { router } from "./router";
import { cssVariables, theme } from "./theme";

/** Longer than a server on the same machine or network needs; who waits longer sees the page's frame meanwhile. A frame
 *  that is drawn too early makes everything be drawn twice. */
const mostMs = 300;

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root element");
const page = createRoot(root);
if (window.location.pathname === "/") loadBelow();
void atMost(mostMs, asked).then(() => {
  page.render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
});
