import { dayLabel } from "../lib/dates";
import { approximate, decimalText, grouped, parseDecimal, roundDecimal, sumDecimals } from "../lib/decimal";
import { formatMoney, moneyRange } from "../lib/money";

/** "71.2 %" of a ratio; a dash where it is not known. */
export function rateText(ratio: string | null, digits = 1): string {
  if (ratio === null) return "–";
  return `${roundDecimal(decimalText(parseDecimal(ratio) * 100n), digits).replace("-", "−")} %`;
}

/** "−0.0006 %": so many digits that a small difference is not nothing. */
export function smallRateText(ratio: string | null): string {
  if (ratio === null) return "–";
  if (approximate(ratio) === 0) return "0 %";
  const digits = Math.abs(approximate(ratio)) < 0.0001 ? 6 : Math.abs(approximate(ratio)) < 0.01 ? 4 : 2;
  const text = rateText(ratio, digits);
  return /[1-9]/.test(text) ? text : `<0.${"0".repeat(digits - 1)}1 %`;
}

/** "$1,234": estimates have no cents; unless cents are all there is. */
export function estimate(text: string | null, currency: string): string {
  if (text === null) return "–";
  const size = Math.abs(approximate(text));
  return formatMoney(text, currency, size > 0 && size < 10 ? 2 : 0);
}

/** "$12 – $34" of an estimate; "not known" where neither end is. */
export function rangeText(low: string | null, high: string | null, currency: string): string {
  if (low === null && high === null) return "–";
  if (low === null || high === null) return estimate(high ?? low, currency);
  const cents = Math.abs(approximate(high)) < 10 ? 2 : 0;
  return moneyRange(low, high, currency, cents);
}

/** A year of what is by the month; null stays what is not known. */
export function yearly(monthly: string | null): string | null {
  return monthly === null ? null : decimalText(parseDecimal(monthly) * 12n);
}

/** Sum of what is known; null where nothing is. */
export function sumKnown(texts: readonly (string | null)[]): string | null {
  const known = texts.filter((text) => text !== null);
  return known.length === 0 && texts.length > 0 ? null : sumDecimals(known);
}

/** "$12.345 an hour": commitments go by tenths of a cent. */
export function perHour(text: string, currency: string): string {
  return `${formatMoney(text, currency, 3)}/h`;
}

/** "1,234 h" */
export function hoursText(hours: string | null): string {
  if (hours === null) return "–";
  return `${grouped(roundDecimal(hours, 0))} h`;
}

/** Kinds of commitments, in the order in which charts stack them. */
export const kinds = [
  { kind: "standard", label: "Standard RI" },
  { kind: "convertible", label: "Convertible RI" },
  { kind: "compute", label: "Compute SP" },
  { kind: "ec2", label: "EC2 Instance SP" },
  { kind: "database", label: "Database SP" },
  { kind: "sagemaker", label: "SageMaker SP" },
  { kind: "unknown", label: "Savings plan" },
] as const;

export function kindLabel(kind: string): string {
  return kinds.find((one) => one.kind === kind)?.label ?? (kind === "reserved" ? "Reserved" : kind);
}

/** What product codes are called; others are known by their codes. */
const services: Record<string, string> = {
  AmazonEC2: "EC2",
  AmazonRDS: "RDS",
  AmazonElastiCache: "ElastiCache",
  AmazonMemoryDB: "MemoryDB",
  AmazonES: "OpenSearch",
  AmazonRedshift: "Redshift",
  AmazonDynamoDB: "DynamoDB",
  AmazonSageMaker: "SageMaker",
  AmazonECS: "ECS",
  AWSLambda: "Lambda",
  ComputeSavingsPlans: "Compute SP",
  EC2InstanceSavingsPlans: "EC2 Instance SP",
  DatabaseSavingsPlans: "Database SP",
  SageMakerSavingsPlans: "SageMaker SP",
};

export function serviceLabel(code: string): string {
  return services[code] ?? code;
}

const workloadKinds: Record<string, string> = {
  eks: "EKS",
  ecs: "ECS",
  kubernetes: "Self-managed Kubernetes",
  fargate: "Fargate",
  asg: "Auto Scaling group",
  elb: "Classic load balancer",
  alb: "ALB / NLB target group",
  target_group: "ALB / NLB target group",
  beanstalk: "Elastic Beanstalk",
  emr: "EMR",
};

export function workloadLabel(kind: string): string {
  return workloadKinds[kind] ?? capital(kind);
}

/** "No upfront", "1 year": the words of the API's codes. */
const codes: Record<string, string> = {
  "1yr": "1 year",
  "3yr": "3 years",
  "no-upfront": "No upfront",
  "partial-upfront": "Partial upfront",
  "all-upfront": "All upfront",
};

export function codeLabel(code: string | null): string {
  return code === null ? "–" : (codes[code] ?? code);
}

/** What is left of "arn:aws:savingsplans::1234:savingsplan/0a1b…" where room is short. */
export function shortId(id: string): string {
  return id.slice(Math.max(id.lastIndexOf("/"), id.lastIndexOf(":")) + 1) || id;
}

/** Where a price is from, in words. */
const sources: Record<string, string> = {
  rows: "Your own bill",
  bill: "Your own bill",
  api: "AWS’s price APIs",
  bulk: "AWS’s public price files",
  imported: "An imported price file",
  file: "An imported price file",
  shipped: "The shipped table",
};

export function sourceLabel(source: string): string {
  return sources[source] ?? capital(source);
}

/** "high", as a tone of its badge. */
export function confidenceTone(confidence: string): "ok" | "warn" | "idle" {
  return confidence === "high" ? "ok" : confidence === "medium" ? "warn" : "idle";
}

export function capital(text: string): string {
  const words = text.replace(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "30 Nov 2026" of a day or an instant. */
export function dayOf(time: string | null): string {
  return time === null ? "–" : dayLabel(time.slice(0, 10));
}
