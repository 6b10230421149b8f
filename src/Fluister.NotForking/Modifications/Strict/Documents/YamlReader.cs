using Fluister.NotForking.Texts;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>Reads YAML into nodes with their positions. Aliases are not followed. Several documents are a sequence of them.</summary>
internal sealed class YamlReader
{
    private const int MostDepth = 500;
    private readonly Utf8Text _text;
    private readonly Place _file;
    private readonly Parser _parser;
    private readonly List<int> _dashes = [];

    /// <summary>Takes a file.</summary>
    /// <param name="text">Its bytes as Latin-1.</param>
    /// <param name="file">For errors.</param>
    public YamlReader(string text, Place file)
    {
        (_text, _file) = (new Utf8Text(text, file), file);
        _parser = new Parser(new DashScanner(_text.Text, mark => _dashes.Add(Byte(mark))));
    }

    /// <summary>Reads the whole file.</summary>
    public Node Read()
    {
        try
        {
            var documents = new List<Item>();
            _parser.MoveNext();
            _parser.MoveNext();
            while (_parser.Current is not StreamEnd)
            {
                _parser.MoveNext();
                var node = Value(0);
                documents.Add(new Item(null, node.Start, node.Start, node));
                _parser.MoveNext();
            }

            return documents is [var only] ? only.Value : new Node(NodeKind.Sequence, 0, 0) { Items = documents, IsFlow = false };
        }
        catch (YamlException e)
        {
            throw new NotForkException(ExitCode.Drift, $"It is not YAML: {e.Message.TrimEnd('.')}.",
                _file with { Line = (int)e.Start.Line }, e);
        }
    }

    private Node Value(int depth)
    {
        if (depth > MostDepth)
        {
            throw new NotForkException(ExitCode.Drift, "It is not YAML that is read here: it is nested too deep.", _file);
        }

        var start = _parser.Current!;
        _parser.MoveNext();
        return start switch
        {
            Scalar scalar => new Node(NodeKind.Scalar, ValueStart(scalar), Byte(scalar.End), scalar.Value),
            SequenceStart { Style: var style } => Collection(NodeKind.Sequence, start, style == SequenceStyle.Flow, depth),
            MappingStart { Style: var style } => Collection(NodeKind.Mapping, start, style == MappingStyle.Flow, depth),
            _ => new Node(NodeKind.Scalar, Byte(start.Start), Byte(start.End)),
        };
    }

    private Node Collection(NodeKind kind, ParsingEvent start, bool isFlow, int depth)
    {
        var items = new List<Item>();
        while (_parser.Current is not (SequenceEnd or MappingEnd))
        {
            var key = kind == NodeKind.Mapping ? Value(depth + 1) : null;
            var value = Value(depth + 1);
            items.Add(key is null
                ? new Item(null, isFlow ? value.Start : Dash(items, Byte(start.Start), value.Start), value.Start, value)
                : new Item(key.Value ?? "", key.Start, key.End, value));
        }

        // The end of a block is told only where the next thing begins.
        var end = isFlow ? Byte(_parser.Current.Start) + 1 : items is [.., var last] ? Math.Max(last.Value.End, last.KeyEnd)
            : Byte(start.End);
        _parser.MoveNext();
        var from = isFlow ? Bracket(start) : items is [var first, ..] ? first.Start : Byte(start.Start);
        return new Node(kind, from, end) { Items = items, IsFlow = isFlow };
    }

    /// <summary>The dash of an element: the first one after the element before it.</summary>
    private int Dash(List<Item> items, int start, int otherwise)
    {
        var from = items is [.., var last] ? Math.Max(last.Value.End, last.Start + 1) : start;
        var index = _dashes.BinarySearch(from);
        index = index < 0 ? ~index : index;
        return index < _dashes.Count ? _dashes[index] : otherwise;
    }

    /// <summary>Where the value of a scalar begins, after its tag and anchor.</summary>
    private int ValueStart(Scalar scalar) => Skip(scalar, (int)scalar.Start.Index);

    private int Bracket(ParsingEvent start) => Skip((NodeEvent)start, (int)start.Start.Index);

    private int Skip(NodeEvent node, int at)
    {
        var text = _text.Text;
        for (var i = (node.Tag.IsEmpty ? 0 : 1) + (node.Anchor.IsEmpty ? 0 : 1); i > 0 && at < text.Length && text[at] is '!' or '&'; i--)
        {
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            while (at < text.Length && char.IsWhiteSpace(text[at]) && at < (int)node.End.Index)
            {
                at++;
            }
        }

        return _text.Byte(at);
    }

    private int Byte(Mark mark) => _text.Byte((int)Math.Min(mark.Index, _text.Text.Length));
}
