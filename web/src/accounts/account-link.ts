import { initialState } from "../address/state";

/** What an account is made of: Cost Analysis by service, of this account alone. */
export function accountLink(accountId: string) {
  const filters = [{ dimension: "account_id", exclude: false, values: [accountId] }];
  return { to: "/", search: { ...initialState, tab: "service", filters } } as const;
}
