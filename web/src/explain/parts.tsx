import { Radio, Text, Title } from "@mantine/core";
import type { Explain } from "../api/types";
import { shareText } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { methods } from "../shared-costs/sentences";
import classes from "./parts.module.css";

type Part = Explain["parts"][number];

/** Where the rows of a part come from, in words. */
export function partWords({ name, method }: Part): string {
  const how = methods.find(({ value }) => value === method)?.label.toLowerCase();
  return name === null ? "Billed here" : `${name}, split ${how}`;
}

/** What a figure is made of when shared costs are split; the chosen part's rows are listed below. */
export function Parts({ data, onPart }: { data: Explain; onPart: (part: string) => void }) {
  return (
    <section className={classes.section} aria-labelledby="explain-parts">
      <Title order={3} size="h5" mb={8} id="explain-parts">
        With shared costs split, this is made of
      </Title>
      <Radio.Group value={data.part ?? ""} onChange={onPart} aria-labelledby="explain-parts">
        <ul className={classes.parts}>
          {data.parts.map((part) => (
            <li key={part.part}>
              <Radio value={part.part} label={partWords(part)} description={ofWhole(part, data.currency)} />
              <Text span className="tabular" data-part={part.part} data-figure={part.figure}>
                {formatExact(part.figure, data.currency)}
              </Text>
            </li>
          ))}
        </ul>
      </Radio.Group>
    </section>
  );
}

function ofWhole({ name, figure, whole }: Part, currency: string): string {
  if (name === null) return "Rows that no rule takes";
  return `${shareText(figure, whole)} of ${formatExact(whole, currency)}, which the rule takes`;
}
