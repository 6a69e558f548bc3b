"""Reports that nobody writes: files that claim more than they hold, hold more than they seem to, or end the one who reads
them. Everything is made here, by the formats' own descriptions, small on disk.
"""

import gzip
import struct
import zlib

from house import classic_csv

MIB = 1 << 20


# Text


def members(head: bytes, repeated: bytes, times: int) -> bytes:
    """A gzip file of `head` and then `repeated` so many times, packed once."""
    return gzip.compress(head) + gzip.compress(repeated, 6) * times


def rows(*changes: dict) -> bytes:
    return classic_csv(list(changes))


def months(count: int) -> bytes:
    """A report of so many months, one row each."""
    starts = [f"{2001 + n // 12}-{1 + n % 12:02}-01T00:00:00Z" for n in range(count)]
    return rows(*({"bill/BillingPeriodStartDate": start, "lineItem/UsageStartDate": start} for start in starts))


def focus(tags: str) -> bytes:
    quoted = tags.replace('"', '""')
    return f'BilledCost,BillingPeriodStart,ChargePeriodStart,ChargeCategory,SubAccountId,Tags\n1,2026-10-01,2026-10-01,Usage,1,"{quoted}"\n'.encode()


def wide(columns: int) -> bytes:
    header, line = rows({}).decode().splitlines()
    return f"{header},{','.join(f'k{n}' for n in range(columns))}\n{line}{',' * columns}\n".encode()


def zipped(files: list, flags: int = 0) -> bytes:
    """A zip archive of (name, inflated size, deflated bytes, checksum)."""
    out = b""
    for name, size, packed, crc in files:
        out += b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, flags, 8, 0, 0, crc, len(packed), size, len(name), 0) + name.encode() + packed
    return out + b"PK\x05\x06" + bytes(18)


def deflated(data: bytes) -> tuple:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return len(data), packer.compress(data) + packer.flush(), zlib.crc32(data)


# Parquet, by hand: Thrift's compact protocol, pages, footer


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def zigzag(number: int) -> bytes:
    return varint((number << 1) ^ (number >> 63))


def text(value: bytes) -> bytes:
    return varint(len(value)) + value


def listed(kind: int, items: list, count: int | None = None) -> bytes:
    count = len(items) if count is None else count
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + varint(count)
    return head + b"".join(items)


I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12


def fields(*entries: tuple) -> bytes:
    """A struct: (number, type, value), numbers and text as they are, lists and structs already written."""
    out, last = b"", 0
    for number, kind, value in entries:
        out += bytes([(number - last) << 4 | kind])
        out += zigzag(value) if kind in (I32, I64) else text(value) if kind == BINARY else value
        last = number
    return out + b"\0"


INT64, DOUBLE, BYTE_ARRAY = 2, 5, 6
PLAIN, RLE, RLE_DICTIONARY = 0, 3, 8
UNCOMPRESSED, SNAPPY, GZIP = 0, 1, 2


def page(kind: int, values: int, body: bytes, unpacked: int | None = None, encoding: int = PLAIN) -> bytes:
    """A data page (0) or dictionary page (2) with its header."""
    own = (5, STRUCT, fields((1, I32, values), (2, I32, encoding), (3, I32, RLE), (4, I32, RLE))) if kind == 0 else (7, STRUCT, fields((1, I32, values), (2, I32, encoding)))
    return fields((1, I32, kind), (2, I32, len(body) if unpacked is None else unpacked), (3, I32, len(body)), own) + body


class Column:
    def __init__(self, name: str, kind: int, pages: list, values: int, codec: int = UNCOMPRESSED, encodings: tuple = (PLAIN,)):
        self.name, self.kind, self.pages, self.values, self.codec, self.encodings = name, kind, pages, values, codec, encodings

    def element(self) -> bytes:
        converted = {INT64: [(6, I32, 10)], BYTE_ARRAY: [(6, I32, 0)]}.get(self.kind, [])
        return fields((1, I32, self.kind), (3, I32, 0), (4, BINARY, self.name.encode()), *converted)

    def chunk(self, offset: int) -> bytes:
        size = sum(map(len, self.pages))
        dictionary = RLE_DICTIONARY in self.encodings
        data_at = offset + (len(self.pages[0]) if dictionary else 0)
        more = [(11, I64, offset)] if dictionary else []
        stats = [(13, LIST, listed(STRUCT, [fields((1, I32, 0), (2, I32, code), (3, I32, 1)) for code in self.encodings]))]
        return fields((2, I64, offset), (3, STRUCT, fields(
            (1, I32, self.kind), (2, LIST, listed(I32, [zigzag(code) for code in self.encodings])), (3, LIST, listed(BINARY, [text(self.name.encode())])),
            (4, I32, self.codec), (5, I64, self.values), (6, I64, size), (7, I64, size), (9, I64, data_at), *more, *stats)))


def plain_texts(values: list) -> bytes:
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def usual(count: int = 1) -> list:
    """The columns that a report needs."""
    def texts(name: str, value: bytes) -> Column:
        return Column(name, BYTE_ARRAY, [page(0, count, plain_texts([value] * count))], count)

    def instants(name: str, micros: int) -> Column:
        return Column(name, INT64, [page(0, count, struct.pack("<q", micros) * count)], count)

    return [
        instants("bill_billing_period_start_date", 1_790_812_800_000_000), instants("line_item_usage_start_date", 1_790_830_800_000_000),
        texts("line_item_usage_account_id", b"111111111111"), texts("line_item_line_item_type", b"Usage"), texts("line_item_product_code", b"AmazonEC2"),
        Column("line_item_unblended_cost", DOUBLE, [page(0, count, struct.pack("<d", 0.5) * count)], count),
    ]


def footer(elements: list, groups: bytes, count: int) -> bytes:
    inner = fields((1, I32, 1), (2, LIST, listed(STRUCT, elements)), (3, I64, count), (4, LIST, groups))
    return inner + struct.pack("<I", len(inner)) + b"PAR1"


def parquet(columns: list, count: int = 1) -> bytes:
    out, chunks = b"PAR1", []
    for column in columns:
        chunks.append(column.chunk(len(out)))
        out += b"".join(column.pages)
    root = fields((4, BINARY, b"schema"), (5, I32, len(columns)))
    group = fields((1, LIST, listed(STRUCT, chunks)), (2, I64, len(out)), (3, I64, count))
    return out + footer([root, *(column.element() for column in columns)], listed(STRUCT, [group]), count)


def nested(levels: int) -> bytes:
    group = fields((3, I32, 1), (4, BINARY, b"n"), (5, I32, 1))
    leaf = fields((1, I32, BYTE_ARRAY), (3, I32, 1), (4, BINARY, b"leaf"))
    return b"PAR1" + footer([fields((4, BINARY, b"schema"), (5, I32, 1)), *[group] * levels, leaf], listed(STRUCT, []), 0)


def claims_children() -> bytes:
    return b"PAR1" + footer([fields((4, BINARY, b"schema"), (5, I32, 2**31 - 1))], listed(STRUCT, []), 0)


def claims_row_groups() -> bytes:
    leaf = Column("a", INT64, [], 0).element()
    return b"PAR1" + footer([fields((4, BINARY, b"schema"), (5, I32, 1)), leaf], listed(STRUCT, [], 2**31 - 1), 0)


def large_values(mebibytes: int, columns: int) -> bytes:
    """Columns of one value each, of so many zeros."""
    size = mebibytes * MIB
    body = members(struct.pack("<I", size), b"0" * MIB, mebibytes)
    packed = page(0, 1, body, size + 4)
    return parquet(usual() + [Column(f"resource_tags_user_{n}", BYTE_ARRAY, [packed], 1, GZIP) for n in range(columns)])


def lying_gzip(mebibytes: int) -> bytes:
    """A page that says it is a mebibyte."""
    body = gzip.compress(b"0" * (16 * MIB), 6) * (mebibytes // 16)
    return parquet([*usual(), Column("resource_tags_user_a", BYTE_ARRAY, [page(0, 1, body, MIB)], 1, GZIP)])


def lying_size() -> bytes:
    """A page of ten bytes that says it is two gibibytes."""
    return parquet([*usual(), Column("resource_tags_user_a", BYTE_ARRAY, [page(0, 1, b"0123456789", 2**31 - 1)], 1, SNAPPY)])


def lying_length() -> bytes:
    """A text of four gibibytes in a page of eight bytes."""
    return parquet([*usual(), Column("resource_tags_user_a", BYTE_ARRAY, [page(0, 1, struct.pack("<I", 2**32 - 1) + b"0123")], 1)])


def lying_dictionary() -> bytes:
    words = page(2, 2**31 - 1, plain_texts([b"a"]))
    codes = page(0, 1, b"\x01\x02\x00", encoding=RLE_DICTIONARY)
    return parquet([*usual(), Column("resource_tags_user_a", BYTE_ARRAY, [words, codes], 1, encodings=(RLE_DICTIONARY,))])


def rows_without_data(count: int) -> bytes:
    """All rows in one run of a few bytes, for each column."""
    run = b"\x01" + varint(count << 1) + b"\0"
    words = {INT64: struct.pack("<q", 1_790_830_800_000_000), DOUBLE: struct.pack("<d", 0.5), BYTE_ARRAY: plain_texts([b"Usage"])}
    pages = {kind: [page(2, 1, word), page(0, count, run, encoding=RLE_DICTIONARY)] for kind, word in words.items()}
    columns = [Column(column.name, column.kind, pages[column.kind], count, encodings=(RLE_DICTIONARY,)) for column in usual(1)]
    return parquet(columns, count)


def repeated_value(mebibytes: int, count: int) -> bytes:
    """One large word in a dictionary, repeated by a run, and a plain page after it: whoever writes the words out needs
    `mebibytes` for each row.
    """
    half = count // 2
    words = page(2, 1, gzip.compress(plain_texts([b"0" * (mebibytes * MIB)])), mebibytes * MIB + 4)
    run = b"\x01" + varint(half << 1) + b"\0"
    codes = page(0, half, gzip.compress(run), len(run), encoding=RLE_DICTIONARY)
    rest = plain_texts([b"x"] * (count - half))
    plain = page(0, count - half, gzip.compress(rest), len(rest))
    return parquet([*usual(count), Column("resource_tags_user_a", BYTE_ARRAY, [words, codes, plain], count, GZIP, (RLE_DICTIONARY, PLAIN))], count)
