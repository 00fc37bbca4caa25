package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;
import org.jspecify.annotations.Nullable;

/** Text as git keeps it. */
public final class GitText {
    private GitText() {}

    /** The text, or null when the bytes are not UTF-8 or hold a NUL. */
    static @Nullable String decode(byte[] bytes) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.indexOf('\0') < 0 ? text : null;
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    /** Whether the text survives being written and read again and is no binary. */
    static boolean isText(String text) {
        return text.equals(decode(text.getBytes(UTF_8)));
    }

    static String blobId(String text) {
        return blobId(text.getBytes(UTF_8));
    }

    /** The id under which git keeps a file of this content. */
    public static String blobId(byte[] bytes) {
        return new ObjectInserter.Formatter().idFor(Constants.OBJ_BLOB, bytes).name();
    }

    /** The lines with their line ends, in a list that may be changed; the last may have none. */
    public static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int next = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(from, next));
            from = next;
        }
        return lines;
    }
}
