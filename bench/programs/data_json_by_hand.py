"""a reader and a writer of json in plain code"""
def write(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join([write(v) for v in value]) + "]"
    return "{" + ", ".join([write(k) + ": " + write(v) for k, v in value.items()]) + "}"


def read(text, at):
    c = text[at]
    if c == " ":
        return read(text, at + 1)
    if c == '"':
        end = text.index('"', at + 1)
        while text[end - 1] == "\\":
            end = text.index('"', end + 1)
        return text[at + 1 : end].replace('\\"', '"'), end + 1
    if c == "[":
        out, at = [], at + 1
        while text[at] != "]":
            value, at = read(text, at)
            out.append(value)
            while text[at] in ", ":
                at += 1
        return out, at + 1
    if c == "{":
        out, at = {}, at + 1
        while text[at] != "}":
            key, at = read(text, at)
            value, at = read(text, at + 1)
            out[key] = value
            while text[at] in ", ":
                at += 1
        return out, at + 1
    for word, meaning in (("null", None), ("true", True), ("false", False)):
        if text.startswith(word, at):
            return meaning, at + len(word)
    start = at
    while at < len(text) and text[at] in "-0123456789.e":
        at += 1
    number = text[start:at]
    return (float(number) if "." in number else int(number)), at


data = [{"id": i, "name": 'n"%d' % i, "values": [i, i / 2, None, True], "inner": {"a": [], "b": False}} for i in range(4_000)]
text = write(data)
print(len(text), read(text, 0)[0] == data)
