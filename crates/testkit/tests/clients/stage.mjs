// The receiver of webhooks and the customer, for programs in JavaScript.
import http from "node:http";

export class Stage {
  static async start(take) {
    const stage = new Stage();
    stage.line = JSON.parse(process.argv[2]);
    stage.customer = stage.line.customers[0].wa_id;
    stage.updates = [];
    stage.waiting = [];
    const server = http.createServer((request, response) => stage.receive(take, request, response));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const { app_id, app_secret, base_url } = stage.line;
    const answer = await fetch(`${base_url}/${app_id}/subscriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${app_id}|${app_secret}` },
      body: JSON.stringify({
        object: "whatsapp_business_account",
        callback_url: `http://127.0.0.1:${server.address().port}/hook`,
        verify_token: "verify",
        fields: "messages",
      }),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    return stage;
  }

  receive(take, request, response) {
    const url = new URL(request.url, "http://x");
    if (request.method === "GET") {
      const isRight = url.searchParams.get("hub.verify_token") === "verify";
      response.end(isRight ? url.searchParams.get("hub.challenge") : "");
      return;
    }
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", async () => {
      try {
        const body = Buffer.concat(pieces).toString();
        const update = await take(body, request.headers["x-hub-signature-256"], request.headers);
        if (update) this.updates.push(update);
        response.end();
        this.waiting.splice(0).forEach((wake) => wake());
      } catch (error) {
        console.error(error);
        process.exit(1);
      }
    });
  }

  async until(find) {
    for (;;) {
      for (const update of this.updates) {
        const found = find(update);
        if (found) return found;
      }
      await new Promise((wake, fail) => {
        const timer = setTimeout(() => fail(new Error(JSON.stringify(this.updates))), 30_000);
        this.waiting.push(() => (clearTimeout(timer), wake()));
      });
    }
  }

  async drive(path, body) {
    const answer = await fetch(this.line.control_url + path, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    return answer.json();
  }

  says(message) {
    return this.drive(`/customers/${this.customer}/messages`, message);
  }
}
