package dev.kintsugi.server.app;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A servlet that is made when the first request for it comes. */
final class LateServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<HttpServlet> maker;
    private transient volatile @Nullable HttpServlet made;

    LateServlet(Supplier<HttpServlet> maker) {
        this.maker = maker;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        servlet().service(request, response);
    }

    private synchronized HttpServlet servlet() throws ServletException {
        var servlet = made;
        if (servlet == null) {
            servlet = maker.get();
            servlet.init(getServletConfig());
            made = servlet;
        }
        return servlet;
    }
}
