using System.Collections.Immutable;
using System.Globalization;

using Google.Protobuf;

namespace Skerry.Agent.Tests.Tracing;

/// <summary>A span as a collector gets it (opentelemetry-proto, trace/v1/trace.proto), with the names of its node and of the source that made it.</summary>
internal sealed record CollectedSpan(
    string Node, string Source, string TraceId, string SpanId, string ParentId, string Name, int Kind, ImmutableSortedDictionary<string, string> Tags, ImmutableArray<string> Events, bool IsError)
{
    public const int Internal = 1;
    public const int Server = 2;
    public const int Client = 3;

    /// <summary>Those of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<CollectedSpan> Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var node = Tagged(Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1))).GetValueOrDefault("skerry.node", "");
            foreach (var scopeSpans in Fields(resourceSpans, 2))
            {
                var source = Fields(scopeSpans, 1).SelectMany(scope => Fields(scope, 1)).Select(Text).FirstOrDefault("");
                foreach (var span in Fields(scopeSpans, 2)) yield return ReadSpan(node, source, span);
            }
        }
    }

    private static CollectedSpan ReadSpan(string node, string source, byte[] span) => new(
        node,
        source,
        Hex(Fields(span, 1)),
        Hex(Fields(span, 2)),
        Hex(Fields(span, 4)),
        Text(Fields(span, 5).Single()),
        (int)Number(span, 6),
        Tagged(Fields(span, 9)),
        [.. Fields(span, 11).Select(happened => Text(Fields(happened, 2).Single()))],
        Fields(span, 15).Any(status => Number(status, 3) == 2));

    private static ImmutableSortedDictionary<string, string> Tagged(IEnumerable<byte[]> attributes) =>
        attributes.ToImmutableSortedDictionary(attribute => Text(Fields(attribute, 1).Single()), attribute => Value(Fields(attribute, 2).Single()), StringComparer.Ordinal);

    private static string Value(byte[] any) => Fields(any, 1).Select(Text).FirstOrDefault() ?? Number(any, 3).ToString(CultureInfo.InvariantCulture);

    private static string Hex(IEnumerable<byte[]> bytes) => bytes.Select(Convert.ToHexStringLower).FirstOrDefault("");

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    /// <summary>Every field of this number that has a length.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited)) found.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }

        return found;
    }

    /// <summary>A number; 0 when it is not there.</summary>
    private static long Number(byte[] message, int number)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.Varint)) return input.ReadInt64();
            input.SkipLastField();
        }

        return 0;
    }
}
