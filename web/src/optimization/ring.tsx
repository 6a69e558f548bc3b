/** A share as a ring with its figure in it; the words beside it say what of. */
export function Ring({ part, label }: { part: number | undefined; label: string }) {
  const radius = 27;
  const length = 2 * Math.PI * radius;
  const share = Math.min(1, Math.max(0, part ?? 0));
  return (
    <svg width="68" height="68" viewBox="0 0 68 68" role="img" aria-label={label}>
      <circle cx="34" cy="34" r={radius} fill="none" stroke="var(--ca-line)" strokeWidth="8" />
      {share > 0 && (
        <circle
          cx="34"
          cy="34"
          r={radius}
          fill="none"
          stroke="var(--ca-bar-score)"
          strokeWidth="8"
          strokeLinecap="round"
          strokeDasharray={`${length * share} ${length}`}
          transform="rotate(-90 34 34)"
        />
      )}
      <text
        x="34"
        y="39"
        textAnchor="middle"
        fontSize="15"
        fontWeight="640"
        fill="var(--ca-text)"
        style={{ fontVariantNumeric: "tabular-nums" }}
      >
        {part === undefined ? "–" : `${Math.round(100 * part)}%`}
      </text>
    </svg>
  );
}
