import java.security.MessageDigest;
import java.util.HexFormat;

/** How a request was read, as the value of the field X-Seen. */
final class Seen {
  private Seen() {}

  static String of(String method, String path, String query, String host, byte[] body) throws Exception {
    String target = query == null ? path : path + "?" + query;
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    return String.format(
            "{\"method\":\"%s\",\"target\":\"%s\",\"host\":\"%s\",\"length\":%d,\"digest\":\"%s\"}",
            quoted(method), quoted(target), quoted(host), body.length, digest);
  }

  private static String quoted(String text) {
    return text == null ? "" : text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
