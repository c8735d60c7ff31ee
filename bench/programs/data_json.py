"""json: writing and reading"""
import json

record = {"name": "Ada Lovelace", "born": 1815, "tags": ["first", "count\u00e9ss", "a\"b"], "score": 12.5, "alive": False, "next": None}
data = {"people": [dict(record, id=i, nested={"x": i, "y": [i] * 5}) for i in range(6_000)]}
text = json.dumps(data)
again = json.loads(text)
pretty = json.dumps(again["people"][:200], indent=2, sort_keys=True)
print(len(text), again == data, len(pretty), json.loads(pretty)[7]["nested"]["y"])
