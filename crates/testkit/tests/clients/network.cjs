// The firm's network: whoever asks for graph.facebook.com:443 reaches the gateway.
const net = require("node:net");
const [host, port] = process.env.GATEWAY_ADDRESS.split(":");
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options && options.host === "graph.facebook.com") {
    Object.assign(options, { host, port: Number(port) });
  }
  return connect.apply(this, given);
};
