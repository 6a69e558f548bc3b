import { useNavigate, useSearch } from "@tanstack/react-router";
import { CurrencyChoice } from "../ui/currency-choice";
import { useOverview } from "../ui/use-overview";

/** The currency that the address names; none is the organization's main one. */
export function useChosenCurrency(): string | undefined {
  return useSearch({ strict: false, select: ({ currency }) => currency });
}

/** Which currency sums of subsets are in, where there are several. */
export function SubsetCurrency() {
  const { overview } = useOverview();
  const currency = useChosenCurrency();
  const navigate = useNavigate();
  if (overview.currencies.length < 2) return null;
  return (
    <CurrencyChoice
      currencies={overview.currencies}
      value={currency ?? overview.currency}
      onChange={(next) =>
        void navigate({ to: ".", search: { currency: next }, replace: true, resetScroll: false })
      }
    />
  );
}
