using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Skerry.Agent.Configuration.Yaml;

/// <summary>
/// Writes a tree as YAML in one way only, in blocks, keys in the order they are in: what means the same reads the same, so that two texts can be compared line by line.
/// Aliases are written out, comments are not kept.
/// </summary>
internal static class YamlText
{
    private static readonly EmitterSettings Settings = new EmitterSettings().WithBestWidth(int.MaxValue).WithIndentedSequences().WithNewLine("\n");

    public static string Write(YamlNode node)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(node, emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(YamlNode node, Emitter emitter)
    {
        switch (node)
        {
            case YamlNode.Mapping mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var entry in mapping.Entries)
                {
                    Emit(entry.Key, isPlain: false, emitter);
                    Emit(entry.Value, emitter);
                }

                emitter.Emit(new MappingEnd());
                break;
            case YamlNode.Sequence sequence:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in sequence.Items) Emit(item, emitter);
                emitter.Emit(new SequenceEnd());
                break;
            case YamlNode.Scalar scalar:
                Emit(scalar.Text, scalar.IsPlain, emitter);
                break;
        }
    }

    /// <summary>Without quotes wherever that reads as the same: quotes say nothing here but that a word of emptiness is meant as a text.</summary>
    private static void Emit(string text, bool isPlain, Emitter emitter)
    {
        var style = text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? ScalarStyle.DoubleQuoted
            : !isPlain && text is ("" or "~" or "null") ? ScalarStyle.SingleQuoted
            : ScalarStyle.Plain;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
