import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Random;

/**
 * Answers every path with what it was asked, one "name=value" a line: which server and port answered, the request line, the header
 * fields, the body's length and SHA-256. With ?session it counts the visits of a session; with ?bytes=N it answers with N bytes instead,
 * whose SHA-256 is in the field X-Body-Sha256.
 */
@WebServlet("/*")
public final class EchoServlet extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Not by getParameter, which takes a form's fields from the body.
        String query = request.getQueryString() == null ? "" : request.getQueryString();
        if (query.startsWith("bytes=")) {
            download(response, Integer.parseInt(query.substring("bytes=".length())));
            return;
        }
        byte[] body = request.getInputStream().readAllBytes();
        response.setContentType("text/plain;charset=utf-8");
        HttpSession session = query.equals("session") ? request.getSession(true) : null;
        PrintWriter out = response.getWriter();
        out.println("server=" + System.getProperty("server.name"));
        out.println("port=" + request.getLocalPort());
        out.println("method=" + request.getMethod());
        out.println("path=" + request.getRequestURI());
        out.println("query=" + query);
        out.println("scheme=" + request.getScheme());
        out.println("tls=" + request.getAttribute("org.apache.tomcat.util.net.secure_protocol_version"));
        out.println("protocol=" + request.getProtocol());
        out.println("length=" + body.length);
        out.println("sha256=" + sha256(body));
        for (String name : Collections.list(request.getHeaderNames())) {
            out.println("header." + name.toLowerCase() + "=" + String.join(", ", Collections.list(request.getHeaders(name))));
        }
        if (session != null) {
            Integer visits = (Integer) session.getAttribute("visits");
            session.setAttribute("visits", visits == null ? 1 : visits + 1);
            out.println("visits=" + session.getAttribute("visits"));
        }
    }

    private static void download(HttpServletResponse response, int length) throws IOException {
        byte[] body = new byte[length];
        new Random().nextBytes(body);
        response.setContentType("application/octet-stream");
        response.setContentLength(length);
        response.setHeader("X-Body-Sha256", sha256(body));
        response.getOutputStream().write(body);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
