/* The methods that bytes shares with bytearray: each is one call. */
#include "objects/byte_text.h"
#include "objects/native.h"

/* Return a copy with only its first character capitalized (ASCII) and the rest lower-
 * cased. */
METHOD(bytes, capitalize, "($self, /)") {
    return byte_capitalize(vm, args[0]);
}

/* Return a centered copy of length width. */
METHOD(bytes, center, "($self, width, fillchar=b' ', /)") {
    return byte_justify(vm, args, 'c');
}

/* Return the number of non-overlapping occurrences of subsection sub in B[start:end]. */
METHOD(bytes, count,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return byte_count(vm, args);
}

/* Decode the bytes using the codec registered for encoding. */
METHOD(bytes, decode, "($self, /, encoding='utf-8', errors='strict')") {
    return byte_decode(vm, args);
}

/* Return True if it ends with the suffix (or one of a tuple of them), False otherwise. */
METHOD(bytes, endswith,
       "($self, suffix, start=None, end=None, /) shown ($self, suffix[, start[, "
       "end]], /)") {
    return byte_endswith(vm, args);
}

/* Return a copy where all tab characters are expanded using spaces. */
METHOD(bytes, expandtabs, "($self, /, tabsize=8)") {
    return byte_expandtabs(vm, args);
}

/* Return the lowest index in B where subsection sub is found, such that sub is contained
 * within
 * B[start:end].
 *
 * Return -1 on failure. */
METHOD(bytes, find,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return byte_find(vm, args);
}

/* Create a string of hexadecimal numbers.
 *
 * sep is put between groups of bytes_per_sep bytes, counted from the right; from the
 * left
 * when it is negative.
 *
 * Example: b'\xb9\x01\xef'.hex(':') -> 'b9:01:ef' */
METHOD(bytes, hex,
       "($self, /, sep=None, bytes_per_sep=1) shown ($self, /, "
       "sep=<unrepresentable>, bytes_per_sep=1)") {
    return byte_hex(vm, byte_span(args[0]), args[1], args[2]);
}

/* Like find, but raise ValueError when the subsection is not found. */
METHOD(bytes, index,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return byte_index(vm, args);
}

/* Return True if all bytes are ASCII letters or digits, False otherwise. */
METHOD(bytes, isalnum, "($self, /)") {
    return byte_isalnum(args[0]);
}

/* Return True if all bytes are ASCII letters, False otherwise. */
METHOD(bytes, isalpha, "($self, /)") {
    return byte_isalpha(args[0]);
}

/* Return True if all bytes are ASCII, False otherwise. */
METHOD(bytes, isascii, "($self, /)") {
    return byte_isascii(args[0]);
}

/* Return True if all bytes are ASCII digits, False otherwise. */
METHOD(bytes, isdigit, "($self, /)") {
    return byte_isdigit(args[0]);
}

/* Return True if there is an ASCII letter and all of them are lowercase, False
 * otherwise. */
METHOD(bytes, islower, "($self, /)") {
    return byte_islower(args[0]);
}

/* Return True if all bytes are ASCII white space, False otherwise. */
METHOD(bytes, isspace, "($self, /)") {
    return byte_isspace(args[0]);
}

/* Return True if it is titlecased: uppercase letters only begin words, False otherwise.
 */
METHOD(bytes, istitle, "($self, /)") {
    return byte_istitle(args[0]);
}

/* Return True if there is an ASCII letter and all of them are uppercase, False
 * otherwise. */
METHOD(bytes, isupper, "($self, /)") {
    return byte_isupper(args[0]);
}

/* Concatenate any number of bytes-like objects, with this in between each pair.
 *
 * Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'. */
METHOD(bytes, join, "($self, iterable_of_bytes, /)") {
    return byte_join(vm, args);
}

/* Return a left-justified copy of length width. */
METHOD(bytes, ljust, "($self, width, fillchar=b' ', /)") {
    return byte_justify(vm, args, 'l');
}

/* Return a copy with all ASCII characters converted to lowercase. */
METHOD(bytes, lower, "($self, /)") {
    return byte_lower(vm, args[0]);
}

/* Strip leading bytes contained in the argument, or ASCII white space. */
METHOD(bytes, lstrip, "($self, bytes=None, /)") {
    return byte_strip(vm, args, true, false);
}

/* Partition into what stands before the separator, the separator, and what follows it.
 *
 * If the separator is not found, all stands before it. */
METHOD(bytes, partition, "($self, sep, /)") {
    return byte_partition(vm, args);
}

/* Return a copy without the given prefix, if it begins with it. */
METHOD(bytes, removeprefix, "($self, prefix, /)") {
    return byte_removeprefix(vm, args);
}

/* Return a copy without the given suffix, if it ends with it. */
METHOD(bytes, removesuffix, "($self, suffix, /)") {
    return byte_removesuffix(vm, args);
}

/* Return a copy with all occurrences of old replaced by new.
 *
 * If count is given and not -1, only the first count occurrences are replaced. */
METHOD(bytes, replace, "($self, old, new, count=-1, /)") {
    return byte_replace(vm, args);
}

/* Return the highest index in B where subsection sub is found, such that sub is
 * contained within
 * B[start:end].
 *
 * Return -1 on failure. */
METHOD(bytes, rfind,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return byte_rfind(vm, args);
}

/* Like rfind, but raise ValueError when the subsection is not found. */
METHOD(bytes, rindex,
       "($self, sub, start=None, end=None, /) shown ($self, sub[, start[, end]], /)") {
    return byte_rindex(vm, args);
}

/* Return a right-justified copy of length width. */
METHOD(bytes, rjust, "($self, width, fillchar=b' ', /)") {
    return byte_justify(vm, args, 'r');
}

/* Like partition, but search from the end; if the separator is not found, all follows
 * it. */
METHOD(bytes, rpartition, "($self, sep, /)") {
    return byte_rpartition(vm, args);
}

/* Like split, but splitting starts at the end. */
METHOD(bytes, rsplit, "($self, /, sep=None, maxsplit=-1)") {
    return byte_rsplit(vm, args);
}

/* Strip trailing bytes contained in the argument, or ASCII white space. */
METHOD(bytes, rstrip, "($self, bytes=None, /)") {
    return byte_strip(vm, args, false, true);
}

/* Return a list of the sections between the separators.
 *
 * Without a separator, sections are what stands between runs of ASCII white space. */
METHOD(bytes, split, "($self, /, sep=None, maxsplit=-1)") {
    return byte_split(vm, args);
}

/* Return a list of the lines, with their ends only if keepends is true. */
METHOD(bytes, splitlines, "($self, /, keepends=False)") {
    return byte_splitlines(vm, args);
}

/* Return True if it starts with the prefix (or one of a tuple of them), False otherwise.
 */
METHOD(bytes, startswith,
       "($self, prefix, start=None, end=None, /) shown ($self, prefix[, start[, "
       "end]], /)") {
    return byte_startswith(vm, args);
}

/* Strip leading and trailing bytes contained in the argument, or ASCII white space. */
METHOD(bytes, strip, "($self, bytes=None, /)") {
    return byte_strip(vm, args, true, true);
}

/* Return a copy with uppercase ASCII characters converted to lowercase and vice versa. */
METHOD(bytes, swapcase, "($self, /)") {
    return byte_swapcase(vm, args[0]);
}

/* Return a titlecased copy: ASCII words start with uppercase characters, the rest is
 * lowercase. */
METHOD(bytes, title, "($self, /)") {
    return byte_title(vm, args[0]);
}

/* Return a copy with each byte mapped by the table of 256 bytes; None maps nothing.
 *
 * Bytes in delete are removed before that. */
METHOD(bytes, translate, "($self, table, /, delete=b'')") {
    return byte_translate(vm, args);
}

/* Return a copy with all ASCII characters converted to uppercase. */
METHOD(bytes, upper, "($self, /)") {
    return byte_upper(vm, args[0]);
}

/* Pad a numeric string with zeros on the left, to fill a field of the given width.
 *
 * The original is never truncated. */
METHOD(bytes, zfill, "($self, width, /)") {
    return byte_zfill(vm, args);
}
