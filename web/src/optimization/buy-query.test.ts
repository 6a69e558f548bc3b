import { describe, expect, it } from "vitest";
import { startState } from "./address";
import { buyQuery, isUnpriced, targets } from "./buy-query";
import type { Bought, Purchase } from "./types";

const bought = (over: Partial<Bought>) =>
  ({ kind: "ec2", family: "m5", region: "eu-west-1", name: "m5 in eu-west-1", ...over }) as Bought;
const purchase = (offer: string, commitments: Bought[]) => ({ payer: "1", offer, commitments }) as Purchase;

describe("how purchases are asked for", () => {
  it("asks as the choosers stand, and leaves out what is as usual", () => {
    expect(buyQuery(startState)).toEqual({
      offer: "joint",
      term: "1yr",
      payment: "no-upfront",
      look_back: 30,
    });
    expect(buyQuery({ ...startState, term: "3yr", expires: 60 }, "database")).toMatchObject({
      offer: "database",
      term: "1yr",
      expires_within: 60,
    });
  });

  it("drags each plan alone, and no reservation", () => {
    const found = targets(
      purchase("joint", [
        bought({}),
        bought({ kind: "compute", family: null, region: null, name: "Compute savings plan" }),
        bought({ kind: "reserved" }),
      ]),
    );
    expect(found.map((one) => [one.key, one.kind, one.query])).toEqual([
      ["1|ec2|m5|eu-west-1", "ec2", { offer: "ec2", family: "m5", region: "eu-west-1" }],
      ["1|compute", "compute", { offer: "compute" }],
    ]);
    // Though nothing is worth buying, its curve can be looked at.
    expect(targets(purchase("compute", []))).toHaveLength(1);
    expect(targets(purchase("reserved", [bought({ kind: "reserved" })]))).toEqual([]);
  });

  it("tells nothing worth buying from nothing of known price", () => {
    const unknown = [{ usage_type: "BoxUsage" }] as Purchase["unknown"];
    const curve = [{ commitment: "0" }] as Purchase["curve"];
    expect(isUnpriced({ commitments: [], curve: [], unknown })).toBe(true);
    expect(isUnpriced({ commitments: [], curve, unknown })).toBe(false);
    expect(isUnpriced({ commitments: [], curve: [], unknown: [] })).toBe(false);
  });
});
