#!/usr/bin/env bash
# clippy-driver in the compiler's place (scripts/clippy.sh): looks at our crates and generates no code for them, as check
# mode does, but beside dependencies that are compiled. Cargo asks for libraries and programs all the same, and looks
# whether they are there: it gets empty ones.
arguments=("$@")
name="" kind="" folder="" extra=""
for ((at = 0; at < ${#arguments[@]}; at++)); do
  next="${arguments[at + 1]:-}"
  case "${arguments[at]}" in
    --crate-name) name="$next" ;;
    --crate-type) kind="$next" ;;
    --out-dir) folder="$next" ;;
    extra-filename=*) extra="${arguments[at]#*=}" ;;
  esac
done
# What a build runs is compiled; and cargo asks the compiler about itself.
if [ -z "$name" ] || [ "$name" = build_script_build ]; then
  exec "$CLIPPY_DRIVER" "${arguments[@]}"
fi
for at in "${!arguments[@]}"; do
  case "${arguments[at]}" in
    --emit=*) arguments[at]="--emit=dep-info,metadata" ;;
    # Programs are linked of whole libraries; ours have their descriptions alone.
    *=*.rlib) file="${arguments[at]#*=}"; [ -s "$file" ] || arguments[at]="${arguments[at]%.rlib}.rmeta" ;;
  esac
done
"$CLIPPY_DRIVER" "${arguments[@]}" || exit
case "$kind" in
  bin) : >"$folder/$name$extra" ;;
  *) : >"$folder/lib$name$extra.rlib" ;;
esac
