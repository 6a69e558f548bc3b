import { describe, expect, it } from "vitest";
import { joinList, keysText, readKeys, splitList } from "./list";

describe("lists as one text", () => {
  it("come back whatever they hold", () => {
    for (const texts of [["a"], ["a,b", "c\\d"], ["", ""], ["\\,", "\\"]]) {
      expect(splitList(joinList(texts))).toEqual(texts);
    }
    expect(joinList(["tag:A", "tag:a,b"])).toBe("tag:A,tag:a\\,b");
  });
  it("leave a single key of a row as it is", () => {
    expect(keysText(["a,b\\c"])).toBe("a,b\\c");
    expect(readKeys("a,b\\c", 1)).toEqual(["a,b\\c"]);
    for (const keys of [
      ["a,b", ""],
      ["", "", "x\\"],
    ]) {
      expect(readKeys(keysText(keys), keys.length)).toEqual(keys);
    }
  });
});
