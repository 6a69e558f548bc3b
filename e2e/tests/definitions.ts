import { type APIRequestContext, expect } from "@playwright/test";
import { base } from "./support";

interface Named {
  id: string;
  name: string;
}
interface SharedCost extends Named {
  source: string[];
  method: string;
  targets: { account_id: string; percent: string | null }[];
}

/** What people define besides the bill. Tests share one server: each takes back what it made. */
export interface Definitions {
  subsets: Named[];
  tags: Named[];
  reports: Named[];
  shared: SharedCost[];
}

export async function get<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(`${base()}/api/v1/${path}`);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
}

export async function post(request: APIRequestContext, path: string, data: object): Promise<Named> {
  const answer = await request.post(`${base()}/api/v1/${path}`, { data });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Named;
}

export async function putSharedCosts(
  request: APIRequestContext,
  rules: readonly SharedCost[],
): Promise<void> {
  const answer = await request.put(`${base()}/api/v1/shared-costs`, { data: { rules } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

export async function definitions(request: APIRequestContext): Promise<Definitions> {
  return {
    subsets: (await get<{ subsets: Named[] }>(request, "subsets")).subsets,
    tags: (await get<{ virtual_tags: Named[] }>(request, "virtual-tags")).virtual_tags,
    reports: (await get<{ reports: Named[] }>(request, "reports")).reports,
    shared: (await get<{ rules: SharedCost[] }>(request, "shared-costs")).rules,
  };
}

/** Deletes what came after, also where a test stopped half-way. */
export async function restore(request: APIRequestContext, before: Definitions): Promise<void> {
  const now = await definitions(request);
  const added = (kind: "subsets" | "tags" | "reports") => {
    const known = new Set(before[kind].map((one) => one.id));
    return now[kind].filter((one) => !known.has(one.id)).map((one) => one.id);
  };
  const paths = [
    ...added("subsets").map((id) => `subsets?id=${id}`),
    ...added("tags").map((id) => `virtual-tags/${id}`),
    ...added("reports").map((id) => `reports/${id}`),
  ];
  for (const path of paths) {
    const answer = await request.delete(`${base()}/api/v1/${path}`);
    expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  }
  if (JSON.stringify(now.shared) !== JSON.stringify(before.shared)) {
    await putSharedCosts(request, before.shared);
  }
}

interface Account {
  account_id: string;
  account: string;
  subset_id: string | null;
  cost: string;
}

/** Two accounts that no subset has, the most expensive first. */
export async function freeAccounts(request: APIRequestContext): Promise<[Account, Account]> {
  const { accounts } = await get<{ accounts: Account[] }>(request, "accounts");
  const [first, second] = accounts.filter((one) => one.subset_id === null);
  if (!first || !second) throw new Error("the demo company has no two accounts without a subset");
  return [first, second];
}
