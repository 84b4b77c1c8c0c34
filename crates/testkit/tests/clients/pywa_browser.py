"""A program on pywa, unmodified, whose customer sits in a browser: it answers, offers buttons, sends a
template, and follows how far it all comes."""

import http.server
import json
import sys
import threading
import urllib.parse

import httpx
from pywa import WhatsApp, types

line = json.loads(sys.argv[1])
arrived = threading.Condition()
updates = []

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


for handle in (wa.on_message, wa.on_message_status, wa.on_callback_button):
    handle()(note)


def until(is_it):
    with arrived:
        assert arrived.wait_for(lambda: any(is_it(one) for one in updates), 60), updates
        return next(one for one in updates if is_it(one))


def read(sent):
    for name in ("SENT", "DELIVERED", "READ"):
        wanted = types.MessageStatusType[name]
        until(
            lambda one: isinstance(one, types.MessageStatus)
            and one.id == sent.id
            and one.status == wanted
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

hello = until(lambda one: isinstance(one, types.Message) and one.text == "Good morning")
customer = hello.from_user.wa_id
assert hello.from_user.name == "Emma"
read(hello.reply("Good morning, Emma", quote=True))

asked = wa.send_message(
    customer, "Rye today?", buttons=[types.Button("Yes, please", "yes"), types.Button("No", "no")]
)
tapped = until(lambda one: isinstance(one, types.CallbackButton))
assert tapped.data == "yes" and tapped.reply_to_message.message_id == asked.id
read(asked)

read(wa.send_template(customer, "order_ready", types.templates.TemplateLanguage.ENGLISH, []))
print("ok")
