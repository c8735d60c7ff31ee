"""Print base/powers_of_ten.c: the powers of ten that reading and writing floats multiplies by."""

LOWEST, HIGHEST = -342, 324


def scaled(exponent):
    """10 ** exponent as 128 bits, the topmost one set, rounded up."""
    power = 10 ** abs(exponent)
    length = power.bit_length()
    if exponent >= 0:
        shift = 128 - length
        return power << shift if shift >= 0 else -(-power >> -shift)
    quotient = -(-(1 << (length + 127)) // power)
    return quotient if quotient.bit_length() <= 128 else -(-quotient >> 1)


def main():
    print("/* Made by tools/powers.py. */")
    print('#include "base/number.h"\n')
    print("const PowerOfTen powers_of_ten[] = {")
    for exponent in range(LOWEST, HIGHEST + 1):
        bits = scaled(exponent)
        print("    {0x%016X, 0x%016X}, /* %d */" % (bits >> 64, bits & (1 << 64) - 1, exponent))
    print("};")


main()
