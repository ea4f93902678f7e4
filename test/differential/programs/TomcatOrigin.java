import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** TomcatOrigin port folder */
final class TomcatOrigin extends HttpServlet {
  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[1]);
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    connector.setProperty("maxHttpHeaderSize", "262144");
    connector.setProperty("maxHeaderCount", "1000");
    connector.setEncodedSolidusHandling("passthrough");
    connector.setEncodedReverseSolidusHandling("passthrough");
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", args[1]);
    Tomcat.addServlet(context, "origin", new TomcatOrigin());
    context.addServletMappingDecoded("/*", "origin");
    tomcat.start();
    tomcat.getServer().await();
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) {
    try {
      byte[] body = request.getInputStream().readAllBytes();
      String host = request.getHeader("Host");
      String seen =
          Seen.of(request.getMethod(), request.getRequestURI(), request.getQueryString(), host, body);
      response.setHeader("X-Seen", seen);
      response.getOutputStream().write("ok".getBytes());
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
