"""strings: +=, join, slices, methods, characters"""
def run(n):
    text = ""
    for i in range(n):
        text += chr(97 + i % 26)
    parts = []
    for i in range(0, len(text), 10):
        parts.append(text[i : i + 10].upper())
    joined = "-".join(parts)
    vowels = 0
    for character in joined:
        if character in "AEIOU":
            vowels += 1
    words = joined.split("-")
    swapped = [word[::-1].replace("A", "aa").strip("Z") for word in words]
    starts = sum(1 for word in swapped if word.startswith("J") or word.endswith("K"))
    return len(text), vowels, starts, joined.find("XYZ"), len("".join(swapped)), hashed(joined[:5000])


def hashed(text):
    value = 5381
    for character in text:
        value = (value * 33 + ord(character)) & 0xFFFFFFFF
    return value


print(run(300_000))
