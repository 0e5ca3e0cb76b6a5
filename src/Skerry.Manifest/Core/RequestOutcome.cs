namespace Skerry.Manifest.Core;

/// <summary>What is remembered of a request that was applied: enough for an answer to its repetition.</summary>
internal readonly record struct RequestOutcome(ManifestError Error, long Revision, long Number, bool Succeeded)
{
    public static RequestOutcome Of(ManifestResult result) => result switch
    {
        DeleteResult delete => new RequestOutcome(result.Error, result.Revision, delete.Deleted, true),
        TxnResult txn => new RequestOutcome(result.Error, result.Revision, 0, txn.Succeeded),
        SequenceResult sequence => new RequestOutcome(result.Error, result.Revision, 0, sequence.Failures.Count == 0),
        LeaseResult lease => new RequestOutcome(result.Error, result.Revision, lease.Id, true),
        _ => new RequestOutcome(result.Error, result.Revision, 0, result.IsDone),
    };

    public ulong Hash(ulong client, ulong sequence)
    {
        var hash = StateHash.Mix(StateHash.Mix(client, sequence), Revision);
        return StateHash.Mix(StateHash.Mix(hash, Number), ((long)Error << 1) | (Succeeded ? 1L : 0L));
    }
}
