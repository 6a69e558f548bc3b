import "./mantine";
import "./global.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startAnalysis } from "./analysis/start";
import { ApiProblem } from "./api/client";
import { router } from "./router";
import { cssVariables, theme } from "./theme";

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Figures change when a month is published, and the version of the data is part of their key.
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // What the server says stands; what did not reach it is tried once more.
      retry: (failures, error) => failures < 1 && error instanceof ApiProblem && error.status === 0,
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root element");
const page = createRoot(root);
void startAnalysis(queryClient).then(() =>
  page.render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  ),
);
