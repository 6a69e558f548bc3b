/**
 * What is wrong with a value while it is being typed; `undefined` when nothing is. The server checks by the same
 * rules when a step is saved, and has the last word.
 */
export function bucketProblem(text: string): string | undefined {
  if (text.includes("://") || text.startsWith("arn:") || text.includes("/")) {
    return "Give the bucket's name alone, without address, ARN or prefix";
  }
  if (/[A-Z]/.test(text)) return "Names of buckets have no capital letters";
  if (/[^a-z0-9.-]/.test(text)) return "Only lowercase letters, digits, hyphens and dots";
  if (!/^[a-z0-9]/.test(text)) return "The name begins with a letter or digit";
  if (text.length < 3) return "At least 3 characters";
  if (text.length > 63) return "At most 63 characters";
  if (!/[a-z0-9]$/.test(text)) return "The name ends with a letter or digit";
  if (text.includes("..")) return "Two dots must not stand side by side";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return "It must not look like an IP address";
  const start = ["xn--", "sthree-", "amzn-s3-demo-"].find((reserved) => text.startsWith(reserved));
  if (start) return `Names that begin with ${start} are reserved`;
  const end = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].find((reserved) =>
    text.endsWith(reserved),
  );
  return end && `Names that end with ${end} are reserved`;
}

export function prefixProblem(text: string): string | undefined {
  if (text.includes("//"))
    return "A double slash makes a folder without a name: set the report's prefix without it";
  if (text.startsWith("/")) return "Leave out the slash at the start";
  if (text.endsWith("/")) return "Leave out the slash at the end: AWS adds one, which makes it double";
  if (text.length > 256) return "At most 256 characters";
  if (text.split("/").some((part) => part === "." || part === "..")) return "No folder is named . or ..";
  return /[^A-Za-z0-9/_.!=-]/.test(text) ? "Only letters, digits and / - _ . ! =" : undefined;
}

export const partitions: Record<string, string> = {
  aws: "Commercial",
  "aws-cn": "China",
  "aws-us-gov": "GovCloud (US)",
  "aws-eusc": "European Sovereign Cloud",
};

export function roleArnProblem(text: string, partition: string): string | undefined {
  const copy = "copy the value of RoleArn from the stack's outputs";
  const [arn, named = "", service, region, account = "", ...rest] = text.trim().split(":");
  const resource = rest.join(":");
  if (arn !== "arn") return `It begins with arn: — ${copy}`;
  if (service === undefined || rest.length === 0)
    return "It has the form arn:aws:iam::123456789012:role/Name";
  if (!(named in partitions)) return `There is no partition ${named}`;
  if (service === "cloudformation") return `This is the ARN of the stack: ${copy}`;
  if (service === "sts") return "This names a session: take the role's own ARN (…:iam::…:role/…)";
  if (service !== "iam" || region !== "") return `This is not the ARN of a role: ${copy}`;
  if (!/^\d{12}$/.test(account)) return "The account has 12 digits";
  if (!resource.startsWith("role/")) return `This names no role: ${copy}`;
  if (!/^role\/([\w+=,.@/-]*\/)?[\w+=,.@-]{1,64}$/.test(resource))
    return "A role's name has only letters, digits and + = , . @ _ -";
  if (named !== partition) {
    return `This role is in ${partitions[named]}, the connection in ${partitions[partition]}`;
  }
  return undefined;
}

export function folderProblem(text: string): string | undefined {
  return text.startsWith("/") ? undefined : "The full path on the server's machine, beginning with /";
}

export function endpointProblem(text: string): string | undefined {
  return /^https?:\/\/[^/\s]+\/?$/.test(text) ? undefined : "An address such as https://s3.example.com:9000";
}
