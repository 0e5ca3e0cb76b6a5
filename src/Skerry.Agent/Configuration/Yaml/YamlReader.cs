using System.Collections.Immutable;

using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Skerry.Agent.Configuration.Yaml;

/// <summary>
/// Builds the tree from the parser's events. Reading events, not the parser's own tree, lets every duplicate key be told at once, and bounds
/// what a small file can grow to through aliases: depth, and nodes with each alias counted as what it stands for.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>The deepest nesting; the schema itself needs nine.</summary>
    private const int MaxDepth = 32;

    /// <summary>Some hundred pipelines with all they can hold.</summary>
    private const int MaxNodes = 100_000;

    private readonly string _source;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, (YamlNode Node, int Size)> _anchors = [];
    private int _nodes;

    private YamlReader(string source, string text)
    {
        _source = source;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads one document; null when it is empty.</summary>
    /// <exception cref="YamlRefusedException">Not YAML, or outside the bounds.</exception>
    public static YamlNode? Read(string source, string text)
    {
        var reader = new YamlReader(source, text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException refused)
        {
            throw new YamlRefusedException(new Mark(source, (int)refused.Start.Line, (int)refused.Start.Column), "not YAML: " + refused.Message.TrimEnd('.'));
        }
        catch (Exception stumbled) when (stumbled is not YamlRefusedException)
        {
            // The parser has exceptions of several other types for what it did not expect: an open bracket at the end, a tag that is no URI.
            throw new YamlRefusedException(reader.MarkOf(reader._parser.Current), "not YAML: what begins here does not end as it should; look for a missing bracket, quote or colon");
        }
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _)) return null;
        _parser.Consume<DocumentStart>();
        var root = ReadNode(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second)) throw Refused(second, "a second document begins here; allowed: one document in a file");
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (!_parser.Accept<ParsingEvent>(out var next)) throw Refused(next, "the file ends here");
        if (depth > MaxDepth) throw Refused(next, $"nested more than {MaxDepth} levels deep");
        if (_parser.TryConsume<AnchorAlias>(out var alias)) return Resolve(alias);

        var before = _nodes;
        Count(next, 1);
        var anchor = (next as NodeEvent)?.Anchor ?? AnchorName.Empty;
        YamlNode node = next switch
        {
            SequenceStart => ReadSequence(depth),
            MappingStart => ReadMapping(depth),
            _ => ReadScalar(_parser.Consume<YamlDotNet.Core.Events.Scalar>()),
        };
        if (!anchor.IsEmpty) _anchors[anchor] = (node, _nodes - before);
        return node;
    }

    private YamlNode Resolve(AnchorAlias alias)
    {
        // An anchor is known only once its node is complete, so no node can contain itself.
        if (!_anchors.TryGetValue(alias.Value, out var target)) throw Refused(alias, $"no anchor &{alias.Value} stands before this alias");
        Count(alias, target.Size);
        return target.Node;
    }

    private YamlNode.Sequence ReadSequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return new YamlNode.Sequence(MarkOf(start), items.ToImmutable());
    }

    private YamlNode.Mapping ReadMapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = ImmutableArray.CreateBuilder<YamlNode.Entry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var key)) throw Refused(_parser.Current, "a key must be a plain word");
            entries.Add(new YamlNode.Entry(key.Value, MarkOf(key), ReadNode(depth + 1)));
        }

        return new YamlNode.Mapping(MarkOf(start), entries.ToImmutable());
    }

    private YamlNode.Scalar ReadScalar(YamlDotNet.Core.Events.Scalar scalar) => new(MarkOf(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);

    private void Count(ParsingEvent at, int nodes)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes) throw Refused(at, $"more than {MaxNodes} values, aliases counted as what they stand for");
    }

    private Mark MarkOf(ParsingEvent? at) => at is null ? new Mark(_source, 1, 1) : new Mark(_source, (int)at.Start.Line, (int)at.Start.Column);

    private YamlRefusedException Refused(ParsingEvent? at, string reason) =>
        new(MarkOf(at), reason);
}
