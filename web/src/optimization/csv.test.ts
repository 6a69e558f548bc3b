import { expect, it } from "vitest";
import { csvText } from "./csv";

it("writes exact figures, quotes what needs it, and leaves out what is not known", () => {
  const text = csvText(
    ["name", "cost"],
    [
      ['web "a", b', "-1.234567890123456789"],
      ["", null],
    ],
  );
  expect(text).toBe('name,cost\r\n"web ""a"", b",-1.234567890123456789\r\n,\r\n');
});

it("lets no name become a formula", () => {
  expect(csvText(["n"], [["=1+1"], ["-x"], ["@a"], ["-5"]])).toBe("n\r\n'=1+1\r\n'-x\r\n'@a\r\n-5\r\n");
});
