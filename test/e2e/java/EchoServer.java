import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.KeyStore;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Sends back what it gets, over TLS as a Teamwork Cloud's client port speaks it, or in clear as a licence server does.
 * Arguments: address and port; for TLS also the keystore and its password.
 */
public final class EchoServer {
    public static void main(String[] args) throws Exception {
        ServerSocketFactory factory = args.length > 2 ? tls(args[2], args[3].toCharArray()) : ServerSocketFactory.getDefault();
        InetAddress address = InetAddress.getByName(args[0]);
        try (ServerSocket server = factory.createServerSocket(Integer.parseInt(args[1]), 256, address)) {
            System.out.println("listening");
            while (true) {
                Socket client = server.accept();
                Thread thread = new Thread(() -> echo(client));
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static ServerSocketFactory tls(String keystore, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(keystore)) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory();
    }

    private static void echo(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[16384];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException e) {
            System.out.println("connection of " + client.getRemoteSocketAddress() + " ended: " + e.getMessage());
        }
    }
}
