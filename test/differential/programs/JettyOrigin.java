import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** JettyOrigin port */
final class JettyOrigin extends AbstractHandler {
  public static void main(String[] args) throws Exception {
    Server server = new Server();
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setRequestHeaderSize(262144);
    configuration.setResponseHeaderSize(262144);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    server.addConnector(connector);
    server.setHandler(new JettyOrigin());
    server.start();
    server.join();
  }

  @Override
  public void handle(
      String target, Request base, HttpServletRequest request, HttpServletResponse response) {
    try {
      byte[] body = request.getInputStream().readAllBytes();
      String host = request.getHeader("Host");
      String seen =
          Seen.of(request.getMethod(), request.getRequestURI(), request.getQueryString(), host, body);
      response.setHeader("X-Seen", seen);
      response.getOutputStream().write("ok".getBytes());
      base.setHandled(true);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
