import java.io.FileInputStream;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects to localhost, trusting nothing but a trust store, once for each: port, then type and file in turn. Prints a line each. */
public class TrustClient {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    for (int index = 1; index < arguments.length; index += 2) {
      System.out.println(connect(port, arguments[index], arguments[index + 1]));
    }
  }

  private static String connect(int port, String type, String file) throws Exception {
    KeyStore store = KeyStore.getInstance(type);
    try (FileInputStream in = new FileInputStream(file)) {
      store.load(in, "changeit".toCharArray());
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return "accepted";
    } catch (Exception error) {
      return "refused";
    }
  }
}
