namespace Skerry.Manifest.Wire;

/// <summary>Operations to bytes and back: the kind, flags, numbers, bytes.</summary>
internal static class OpCodec
{
    public static void Write(CommandWriter target, ManifestOp op)
    {
        switch (op)
        {
            case PutOp put:
                target.Byte((byte)CommandKind.Put);
                target.Flags(put.WantsPrevious, put.KeepsValue, put.KeepsLease, put.Flags is not null);
                if (put.Flags is { } flags) target.Number(flags);
                target.Signed(put.Lease);
                target.Bytes(put.Key.Span);
                target.Bytes(put.Value.Span);
                break;
            case DeleteOp delete:
                target.Byte((byte)CommandKind.Delete);
                target.Flags(delete.WantsPrevious);
                target.Range(delete.Range);
                break;
            case LockOp held:
                target.Byte((byte)CommandKind.Lock);
                target.Flags(held.IsRelease);
                target.Number(held.Flags);
                target.Text(held.Session);
                target.Bytes(held.Key.Span);
                target.Bytes(held.Value.Span);
                break;
            case SequenceOp sequence: WriteSequence(target, sequence); break;
            case RangeOp range: WriteRange(target, range); break;
            case TxnOp txn:
                target.Byte((byte)CommandKind.Txn);
                target.Number((ulong)txn.Compares.Count);
                foreach (var compare in txn.Compares) WriteCompare(target, compare);
                WriteOps(target, txn.Success);
                WriteOps(target, txn.Failure);
                break;
            default: throw new ArgumentException($"{op.GetType().Name} is no operation.", nameof(op));
        }
    }

    public static ManifestOp? Read(ref CommandReader reader, CommandKind kind, int depth)
    {
        byte flags;
        switch (kind)
        {
            case CommandKind.Put:
                flags = reader.Byte();
                return new PutOp
                {
                    WantsPrevious = (flags & 1) != 0,
                    KeepsValue = (flags & 2) != 0,
                    KeepsLease = (flags & 4) != 0,
                    Flags = (flags & 8) != 0 ? reader.Number() : null,
                    Lease = reader.Signed(),
                    Key = reader.Bytes(),
                    Value = reader.Bytes(),
                };
            case CommandKind.Delete:
                flags = reader.Byte();
                return new DeleteOp { WantsPrevious = (flags & 1) != 0, Range = reader.Range() };
            case CommandKind.Lock:
                flags = reader.Byte();
                return new LockOp { IsRelease = (flags & 1) != 0, Flags = reader.Number(), Session = reader.Text(), Key = reader.Bytes(), Value = reader.Bytes() };
            case CommandKind.Sequence: return ReadSequence(ref reader);
            case CommandKind.Range: return ReadRange(ref reader);
            case CommandKind.Txn when depth > 0:
                var compares = new Compare[reader.Count()];
                for (var i = 0; i < compares.Length; i++) compares[i] = ReadCompare(ref reader);
                return new TxnOp { Compares = compares, Success = ReadOps(ref reader, depth - 1), Failure = ReadOps(ref reader, depth - 1) };
            default:
                reader.Fail();
                return null;
        }
    }

    private static void WriteOps(CommandWriter target, IReadOnlyList<ManifestOp> ops)
    {
        target.Number((ulong)ops.Count);
        foreach (var op in ops) Write(target, op);
    }

    private static List<ManifestOp> ReadOps(ref CommandReader reader, int depth)
    {
        var count = reader.Count();
        var ops = new List<ManifestOp>();
        while (ops.Count < count && !reader.Failed)
        {
            if (Read(ref reader, (CommandKind)reader.Byte(), depth) is { } op) ops.Add(op);
        }

        return ops;
    }

    private static void WriteRange(CommandWriter target, RangeOp op)
    {
        target.Byte((byte)CommandKind.Range);
        target.Flags(op.IsSerializable, op.KeysOnly, op.CountOnly, op.WantsIndex);
        target.Range(op.Range);
        target.Signed(op.Limit);
        target.Signed(op.Revision);
        target.Number((ulong)op.Order);
        target.Number((ulong)op.Target);
        target.Signed(op.MinModRevision);
        target.Signed(op.MaxModRevision);
        target.Signed(op.MinCreateRevision);
        target.Signed(op.MaxCreateRevision);
    }

    private static RangeOp ReadRange(ref CommandReader reader)
    {
        var flags = reader.Byte();
        return new RangeOp
        {
            IsSerializable = (flags & 1) != 0,
            KeysOnly = (flags & 2) != 0,
            CountOnly = (flags & 4) != 0,
            WantsIndex = (flags & 8) != 0,
            Range = reader.Range(),
            Limit = reader.Signed(),
            Revision = reader.Signed(),
            Order = (SortOrder)(int)reader.Number(),
            Target = (SortTarget)(int)reader.Number(),
            MinModRevision = reader.Signed(),
            MaxModRevision = reader.Signed(),
            MinCreateRevision = reader.Signed(),
            MaxCreateRevision = reader.Signed(),
        };
    }

    private static void WriteSequence(CommandWriter target, SequenceOp op)
    {
        target.Byte((byte)CommandKind.Sequence);
        target.Number((ulong)op.Steps.Count);
        foreach (var step in op.Steps)
        {
            target.Byte((byte)step.Verb);
            target.Number(step.Flags);
            target.Signed(step.Index);
            target.Text(step.Session);
            target.Bytes(step.Key.Span);
            target.Bytes(step.Value.Span);
        }
    }

    private static SequenceOp ReadSequence(ref CommandReader reader)
    {
        var count = reader.Count();
        var steps = new List<SequenceStep>();
        while (steps.Count < count && !reader.Failed)
        {
            steps.Add(new SequenceStep
            {
                Verb = (SequenceVerb)reader.Byte(),
                Flags = reader.Number(),
                Index = reader.Signed(),
                Session = reader.Text(),
                Key = reader.Bytes(),
                Value = reader.Bytes(),
            });
        }

        return new SequenceOp { Steps = steps };
    }

    private static void WriteCompare(CommandWriter target, Compare compare)
    {
        target.Range(compare.Range);
        target.Number((ulong)compare.Target);
        target.Number((ulong)compare.Result);
        target.Signed(compare.Number);
        target.Bytes(compare.Value.Span);
    }

    private static Compare ReadCompare(ref CommandReader reader) => new()
    {
        Range = reader.Range(),
        Target = (CompareTarget)(int)reader.Number(),
        Result = (CompareResult)(int)reader.Number(),
        Number = reader.Signed(),
        Value = reader.Bytes(),
    };
}
