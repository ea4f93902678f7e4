import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A client as a modelling tool is one: a Java program with one TLS connection that lives for long, and which trusts nothing but the given
 * truststore. Arguments: address, port, host name that the certificate must cover, truststore, its type and its password.
 *
 * <p>Prints "connected" and what it sees. Then, for each number on standard input, it sends that many bytes, expects the same ones
 * back, and prints "echoed". Ends with standard input; a lost connection ends it with "lost".
 */
public final class ModelingClient {
    public static void main(String[] args) throws Exception {
        String host = args[2];
        try (Socket plain = new Socket(args[0], Integer.parseInt(args[1]));
                SSLSocket socket = (SSLSocket) Trust.in(args[3], args[4], args[5])
                        .getSocketFactory()
                        .createSocket(plain, host, plain.getPort(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            byte[] leaf = socket.getSession().getPeerCertificates()[0].getEncoded();
            String fingerprint = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf));
            System.out.println("connected " + socket.getSession().getProtocol() + " " + fingerprint);
            converse(socket);
        } catch (IOException e) {
            System.out.println("lost " + e);
            System.exit(1);
        }
    }

    private static void converse(SSLSocket socket) throws IOException, InterruptedException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        Random random = new Random();
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            byte[] sent = new byte[Integer.parseInt(line)];
            random.nextBytes(sent);
            System.out.println(Arrays.equals(sent, roundTrip(socket, sent)) ? "echoed " + sent.length : "lost bytes differ");
        }
    }

    /** Sends from a thread of its own: more bytes than all buffers hold would otherwise wait for each other. */
    private static byte[] roundTrip(SSLSocket socket, byte[] bytes) throws IOException, InterruptedException {
        Thread sender = new Thread(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                // The reader sees that the connection is gone.
            }
        });
        sender.start();
        byte[] received = socket.getInputStream().readNBytes(bytes.length);
        sender.join();
        if (received.length < bytes.length) {
            throw new EOFException("closed after " + received.length + " of " + bytes.length + " bytes");
        }
        return received;
    }
}
