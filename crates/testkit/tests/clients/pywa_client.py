"""A program on pywa, unmodified: only the base URL is the sandbox's."""

import hashlib
import http.server
import json
import sys
import threading
import urllib.parse
import urllib.request

import httpx
from pywa import WhatsApp, errors, types

line = json.loads(sys.argv[1])
customer = line["customers"][0]["wa_id"]
arrived = threading.Condition()
updates = []


def drive(path, body):
    request = urllib.request.Request(
        line["control_url"] + path, json.dumps(body).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def says(message):
    return drive(f"/customers/{customer}/messages", message)["messages"][0].get("id")


session = httpx.Client(timeout=30)
wa = WhatsApp(
    phone_id=line["phone_number_id"],
    token=line["token"],
    session=session,
    waba_id=line["waba_id"],
    app_id=int(line["app_id"]),
    app_secret=line["app_secret"],
    server=None,
    verify_token="verify",
)
session.base_url = line["base_url"] + "/v26.0"


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        challenge, status = wa.webhook_challenge_handler(
            query["hub.verify_token"][0], query["hub.challenge"][0]
        )
        self.reply(status, challenge)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        wrong = wa.webhook_update_validator(body, self.headers["x-hub-signature-256"])
        words, status = wrong or wa.webhook_update_handler(body)
        self.reply(status, words)

    def reply(self, status, words):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(words.encode())

    def log_message(self, *_args):
        pass


def note(_wa, update):
    with arrived:
        updates.append(update)
        arrived.notify_all()


for handle in (
    wa.on_message,
    wa.on_message_status,
    wa.on_callback_button,
    wa.on_callback_selection,
):
    handle()(note)


def until(is_it):
    with arrived:
        assert arrived.wait_for(lambda: any(is_it(one) for one in updates), 30), updates
        return next(one for one in updates if is_it(one))


def status(sent, name):
    return until(
        lambda one: isinstance(one, types.MessageStatus) and one.id == sent.id and one.status == name
    )


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
wa.set_app_callback_url(
    app_id=int(line["app_id"]),
    app_access_token=f"{line['app_id']}|{line['app_secret']}",
    callback_url=f"http://127.0.0.1:{receiver.server_port}/",
    verify_token="verify",
    fields=("messages",),
)

# Refused: the customer hasn't written yet. Then a template, which may go.
try:
    wa.send_message(customer, "Hi")
    raise SystemExit("a closed window was not refused")
except errors.WhatsAppError as error:
    assert error.code == 131047, error
hello = wa.send_template(customer, "hello_world", types.templates.TemplateLanguage.ENGLISH_US, [])
status(hello, types.MessageStatusType.DELIVERED)

said = says({"type": "text", "text": {"body": "Guten Morgen 👋"}})
message = until(lambda one: isinstance(one, types.Message) and one.id == said)
assert message.text == "Guten Morgen 👋" and message.from_user.wa_id == customer
message.mark_as_read()
message.react("👍")
answer = message.reply("Hello", quote=True)
for name in ("SENT", "DELIVERED"):
    status(answer, types.MessageStatusType[name])
drive(f"/customers/{customer}/read", {"message_id": answer.id})
status(answer, types.MessageStatusType.READ)

# Pictures both ways.
picture = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
sent = wa.send_image(customer, picture, caption="Fresh", mime_type="image/png")
status(sent, types.MessageStatusType.DELIVERED)
import base64

said = says(
    {
        "type": "image",
        "image": {"data_base64": base64.b64encode(picture).decode(), "mime_type": "image/png"},
    }
)
message = until(lambda one: isinstance(one, types.Message) and one.id == said)
assert message.image.get_bytes() == picture
assert base64.b64decode(message.image.sha256) == hashlib.sha256(picture).digest()

# Buttons, a list, a place, and what is chosen.
asked = wa.send_message(
    customer, "Well?", buttons=[types.Button("Yes", "yes"), types.Button("No", "no")]
)
status(asked, types.MessageStatusType.DELIVERED)
says(
    {
        "type": "interactive",
        "context": {"id": asked.id},
        "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
    }
)
tapped = until(lambda one: isinstance(one, types.CallbackButton))
assert tapped.data == "yes" and tapped.reply_to_message.message_id == asked.id
rows = [types.SectionRow("Rye", "rye", "Fresh")]
listed = wa.send_message(
    customer, "Which?", buttons=types.SectionList("Choose", [types.Section("Bread", rows)])
)
status(listed, types.MessageStatusType.DELIVERED)
says(
    {
        "type": "interactive",
        "context": {"id": listed.id},
        "interactive": {"type": "list_reply", "list_reply": {"id": "rye", "title": "Rye"}},
    }
)
chosen = until(lambda one: isinstance(one, types.CallbackSelection))
assert chosen.data == "rye" and chosen.description == "Fresh"
says({"type": "reaction", "reaction": {"message_id": asked.id, "emoji": "❤️"}})
until(lambda one: isinstance(one, types.Message) and one.reaction is not None)
says({"type": "location", "location": {"latitude": 52.5, "longitude": 13.4}})
place = until(lambda one: isinstance(one, types.Message) and one.location is not None)
assert place.location.latitude == 52.5
print("ok")
