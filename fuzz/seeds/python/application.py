import os, pickle
from openai import OpenAI as Client

client = Client()
TEMPLATE = "look at {x}: " + "yes"


@app.post("/ask")
async def ask(question: str, *rest, limit=3, **more):
    """Asks."""
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"{question!r:>{limit}}"}])
    text = answer.choices[0].message.content.strip()
    found = [run(part) for part in text.split() if part and not part.startswith("#")]
    found.append(TEMPLATE.format(x=question))
    with open(text, "w") as file, Lock():
        file.write(eval(text) if limit else os.getenv("HOME", ""))
    try:
        cursor.execute("select a from b where c = '%s'" % text)
    except (KeyError, ValueError) as error:
        raise SystemExit(1) from error
    return {"a": found, **more}


class Tool(BaseTool):
    name = "tool"

    def _run(self, text: str):
        self.last = text
        return subprocess.run(["sh", "-c", self.last], shell=False, check=True)


ask(lambda x: x + 1, *[1, 2], limit=(y := 3), **{"k": pickle.load(open("f", "rb"))})
model = AutoModel.from_pretrained("a/b", trust_remote_code=True)
