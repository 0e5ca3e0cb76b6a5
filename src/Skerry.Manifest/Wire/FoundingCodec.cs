using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using Skerry.Manifest.Core.Founding;
using Skerry.Raft;

namespace Skerry.Manifest.Wire;

/// <summary>Foundings as bytes: on the wire, and on disk.</summary>
internal static class FoundingCodec
{
    /// <summary>Founders of one group.</summary>
    public const int MaxFounders = 64;

    private const int MaxName = 256;

    public static FoundingMessage ToMessage(FoundingPlan plan)
    {
        var message = new FoundingMessage { Cluster = plan.Cluster };
        message.Founders.AddRange(plan.Founders.Select(founder => new FounderMessage { Id = founder.Id, Node = founder.Node }));
        return message;
    }

    public static bool TryRead(FoundingMessage message, [NotNullWhen(true)] out FoundingPlan? plan)
    {
        plan = null;
        if (message.Cluster == 0 || message.Founders.Count > MaxFounders || message.Founders.Any(founder => founder.Id == 0 || founder.Node.Length is 0 or > MaxName)) return false;
        plan = new FoundingPlan(message.Cluster, [.. message.Founders.Select(founder => new RaftFounder(founder.Id, founder.Node))]);
        return true;
    }

    public static byte[] Encode(FoundingRecord record) =>
        new FoundingRecordMessage { Step = (uint)record.Step, Founding = record.Plan is { } plan ? ToMessage(plan) : null }.ToByteArray();

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FoundingRecord? record)
    {
        record = null;
        try
        {
            var message = FoundingRecordMessage.Parser.ParseFrom(bytes);
            var step = (FoundingStep)message.Step;
            FoundingPlan? plan = null;
            if (!Enum.IsDefined(step) || (message.Founding is { } founding && !TryRead(founding, out plan))) return false;
            if ((plan is null) != (step == FoundingStep.None)) return false;
            record = new FoundingRecord(step, plan);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
