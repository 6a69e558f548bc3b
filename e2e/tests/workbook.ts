import { inflateRawSync } from "node:zlib";

/** A file of a zip archive, by its central directory. */
export function entry(archive: Buffer, name: string): string {
  for (let at = archive.indexOf("PK\x01\x02"); at >= 0; at = archive.indexOf("PK\x01\x02", at + 4)) {
    const [size, length, start] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt32LE(at + 42),
    ];
    if (archive.toString("utf8", at + 46, at + 46 + length) !== name) continue;
    const from = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    return inflateRawSync(archive.subarray(from, from + size)).toString("utf8");
  }
  throw new Error(`no ${name} in the archive`);
}
