import { describe, expect, it } from "vitest";
import { bucketProblem, endpointProblem, folderProblem, prefixProblem, roleArnProblem } from "./rules";

const arn = (text: string) => roleArnProblem(text, "aws");

describe("a bucket's name", () => {
  it.each([
    ["s3://acme-bills", /alone/],
    ["acme/bills", /alone/],
    ["Acme", /capital/],
    ["acme_bills", /Only/],
    ["-acme", /begins/],
    ["ab", /3 characters/],
    ["a".repeat(64), /63/],
    ["acme-", /ends/],
    ["acme..bills", /dots/],
    ["192.168.0.1", /IP/],
    ["xn--acme", /reserved/],
    ["acme-s3alias", /reserved/],
  ])("%s is refused", (text, why) => expect(bucketProblem(text)).toMatch(why));
  it("may be what S3 allows", () => {
    for (const text of ["acme-bills", "a.b-c.9", "abc"]) expect(bucketProblem(text)).toBeUndefined();
  });
});

describe("a prefix", () => {
  it.each([
    ["a//b", /double/],
    ["/a", /start/],
    ["a/", /end/],
    ["a/../b", /folder/],
    ["a b", /Only/],
  ])("%s is refused", (text, why) => expect(prefixProblem(text)).toMatch(why));
  it("may be empty or folders", () => {
    for (const text of ["", "cur", "cost/reports_2026"]) expect(prefixProblem(text)).toBeUndefined();
  });
});

describe("a role's ARN", () => {
  it.each([
    ["CloudAnalyzerRole", /begins with arn/],
    ["arn:aws:iam", /form/],
    ["arn:amazon:iam::123456789012:role/x", /no partition/],
    ["arn:aws:cloudformation:us-east-1:123456789012:stack/x/1", /of the stack/],
    ["arn:aws:sts::123456789012:assumed-role/x/y", /session/],
    ["arn:aws:s3:::bucket", /not the ARN of a role/],
    ["arn:aws:iam::12345:role/x", /12 digits/],
    ["arn:aws:iam::123456789012:user/x", /no role/],
    ["arn:aws:iam::123456789012:role/x y", /name/],
    ["arn:aws-cn:iam::123456789012:role/x", /in China, the connection in Commercial/],
  ])("%s is refused", (text, why) => expect(arn(text)).toMatch(why));
  it("may have a path and white space around it", () => {
    expect(arn(" arn:aws:iam::123456789012:role/a/b/Reader+=,.@_- ")).toBeUndefined();
    expect(roleArnProblem("arn:aws-cn:iam::123456789012:role/x", "aws-cn")).toBeUndefined();
  });
});

describe("other ways in", () => {
  it("need a full path or an address", () => {
    expect(folderProblem("reports")).toMatch(/full path/);
    expect(folderProblem("/data/reports")).toBeUndefined();
    expect(endpointProblem("minio:9000")).toMatch(/address/);
    expect(endpointProblem("http://127.0.0.1:9000")).toBeUndefined();
  });
});
