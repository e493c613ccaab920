import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** Turns README.md, docs/*.md and the other documents at the root into HTML pages that link to each other. */
public final class Site {
    private static final String SOURCE = "https://github.com/facever/facever/blob/main/";

    private static final String STYLE =
            """
            body { font: 16px/1.55 system-ui, sans-serif; color: #1c2733; max-width: 60rem; margin: 0 auto; padding: 1rem }
            nav { border-bottom: 1px solid #ccd; padding-bottom: .6rem } nav a { margin-right: .9rem }
            a { color: #0a5a9c } img { max-width: 100% } h1, h2 { line-height: 1.25 }
            table { border-collapse: collapse; display: block; overflow-x: auto }
            td, th { border: 1px solid #ccd; padding: .3rem .6rem; text-align: left; vertical-align: top }
            pre { background: #f4f6f8; padding: .8rem; overflow-x: auto } code { font: 14px/1.45 ui-monospace, monospace }
            """;

    private final Path root;
    private final Path target;
    private final Parser parser;
    private final HtmlRenderer renderer;
    private final Map<String, String> titles = new TreeMap<>();
    private final Map<String, String> pages = new TreeMap<>();
    private final List<String> broken = new ArrayList<>();

    private Site(Path root, Path target) {
        this.root = root;
        this.target = target;
        List<Extension> extensions = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
        this.parser = Parser.builder().extensions(extensions).build();
        this.renderer = HtmlRenderer.builder().extensions(extensions).build();
    }

    public static void main(String[] args) throws IOException {
        Site site = new Site(Path.of(args[0]).toAbsolutePath().normalize(), Path.of(args[1]));
        site.build();
        site.broken.forEach(System.err::println);
        System.out.println(site.pages.size() + " pages in " + args[1]);
        if (!site.broken.isEmpty()) {
            System.exit(1);
        }
    }

    private void build() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (Path folder : List.of(root, root.resolve("docs"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
            }
        }
        for (Path document : documents) {
            Node tree = parser.parse(Files.readString(document));
            titles.put(page(document), title(tree));
            rewriteLinks(document, tree);
            pages.put(page(document), renderer.render(tree));
        }
        for (Map.Entry<String, String> page : pages.entrySet()) {
            checkAnchors(page.getKey(), page.getValue());
            Path file = target.resolve(page.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, html(page.getKey(), page.getValue()));
        }
        copyImages();
    }

    /** Where a document goes: README.md is the first page. */
    private String page(Path document) {
        String path = root.relativize(document).toString().replace('\\', '/');
        return path.equals("README.md") ? "index.html" : path.replaceAll("\\.md$", ".html");
    }

    private static String title(Node tree) {
        StringBuilder title = new StringBuilder();
        tree.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                if (title.isEmpty()) {
                    super.visit(heading);
                }
            }

            @Override
            public void visit(Text text) {
                if (text.getParent() instanceof Heading) {
                    title.append(text.getLiteral());
                }
            }
        });
        return title.toString();
    }

    private void rewriteLinks(Path document, Node tree) {
        tree.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                link.setDestination(rewritten(document, link.getDestination()));
                super.visit(link);
            }
        });
    }

    /** Links to documents become links to pages; links to other files of the repository lead to its host. */
    private String rewritten(Path document, String link) {
        if (link.matches("[a-z]+:.*") || link.startsWith("#")) {
            return link;
        }
        String anchor = link.contains("#") ? link.substring(link.indexOf('#')) : "";
        Path file = document.resolveSibling(link.substring(0, link.length() - anchor.length())).normalize();
        if (!Files.exists(file)) {
            broken.add(root.relativize(document) + ": nothing is at " + link);
            return link;
        }
        Path folder = file.getParent();
        boolean isPage = file.toString().endsWith(".md") && (folder.equals(root) || folder.equals(root.resolve("docs")));
        if (!isPage) {
            return SOURCE + root.relativize(file).toString().replace('\\', '/') + anchor;
        }
        return relative(page(document), page(file)) + anchor;
    }

    private static String relative(String from, String to) {
        Path folder = Path.of("/" + from).getParent();
        return folder.relativize(Path.of("/" + to)).toString().replace('\\', '/');
    }

    private void checkAnchors(String name, String html) {
        Matcher links = Pattern.compile("href=\"((?:[^\":#]|\\.\\.)*)#([^\"]+)\"").matcher(html);
        while (links.find()) {
            String to = links.group(1).isEmpty()
                    ? name
                    : Path.of("/" + name).resolveSibling(links.group(1)).normalize().toString().substring(1);
            Set<String> anchors = new HashSet<>();
            Matcher ids = Pattern.compile("id=\"([^\"]+)\"").matcher(pages.getOrDefault(to, ""));
            while (ids.find()) {
                anchors.add(ids.group(1));
            }
            if (!anchors.contains(links.group(2))) {
                broken.add(name + ": no heading " + links.group(2) + " in " + to);
            }
        }
    }

    private String html(String name, String body) {
        StringBuilder navigation = new StringBuilder();
        titles.forEach((page, title) -> navigation.append("<a href=\"%s\">%s</a>\n".formatted(relative(name, page), title)));
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>%s</title><style>%s</style></head>
                <body><nav>%s</nav>
                %s</body></html>
                """.formatted(titles.get(name), STYLE, navigation, body);
    }

    private void copyImages() throws IOException {
        Path images = root.resolve("docs/images");
        Path copies = Files.createDirectories(target.resolve("docs/images"));
        try (Stream<Path> files = Files.list(images)) {
            for (Path image : files.filter(file -> file.toString().endsWith(".png")).toList()) {
                Files.copy(image, copies.resolve(image.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
