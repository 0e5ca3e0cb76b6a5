namespace Skerry.Manifest.Core;

/// <summary>Does the steps of a sequence on a draft, each after those before it, and notes every one that fails. Consul's rules.</summary>
/// <param name="draft">The keys.</param>
/// <param name="sessions">The sessions; null where nothing is locked.</param>
/// <param name="clock">The log's time.</param>
internal sealed class SequenceRun(KeyDraft draft, SessionTable? sessions, long clock)
{
    private readonly List<(SequenceVerb Verb, KeyEntry Entry)> _answers = [];
    private readonly List<SequenceFailure> _failures = [];

    public bool HasFailed => _failures.Count > 0;

    public SequenceResult Result(long revision) => new() { Answers = HasFailed ? [] : _answers, Failures = _failures, Revision = revision };

    public void Do(SequenceOp op)
    {
        for (var i = 0; i < op.Steps.Count; i++)
        {
            var step = op.Steps[i];
            var found = step.Verb is SequenceVerb.GetTree or SequenceVerb.DeleteTree ? null : draft.Find(step.Key);
            var error = Check(step, found);
            if (error == ManifestError.None) Do(step, found);
            else _failures.Add(new SequenceFailure(i, error, found));
        }
    }

    private ManifestError Check(SequenceStep step, KeyEntry? found) => step.Verb switch
    {
        SequenceVerb.Cas => (found?.ModRevision ?? 0) == step.Index ? ManifestError.None : ManifestError.StaleIndex,
        SequenceVerb.DeleteCas => found is null || found.Value.ModRevision == step.Index ? ManifestError.None : ManifestError.StaleIndex,
        SequenceVerb.Lock => CheckLock(step, found),
        SequenceVerb.Unlock => step.Session.Length > 0 && found?.Facts?.Session == step.Session ? ManifestError.None : ManifestError.LockNotHeld,
        SequenceVerb.Get or SequenceVerb.CheckIndex or SequenceVerb.CheckSession when found is null => ManifestError.KeyNotFound,
        SequenceVerb.CheckIndex => found!.Value.ModRevision == step.Index ? ManifestError.None : ManifestError.StaleIndex,
        SequenceVerb.CheckSession => (found!.Value.Facts?.Session ?? "") == step.Session ? ManifestError.None : ManifestError.OtherSession,
        SequenceVerb.CheckNotExists => found is null ? ManifestError.None : ManifestError.KeyExists,
        _ => ManifestError.None,
    };

    private ManifestError CheckLock(SequenceStep step, KeyEntry? found)
    {
        if (sessions?.Find(step.Session) is null) return ManifestError.SessionNotFound;
        if (found?.Facts?.Session is { } holder) return holder == step.Session ? ManifestError.None : ManifestError.LockHeld;
        return sessions.IsDelayed(step.Key, clock) ? ManifestError.LockDelayed : ManifestError.None;
    }

    private void Do(SequenceStep step, KeyEntry? found)
    {
        switch (step.Verb)
        {
            case SequenceVerb.Set or SequenceVerb.Cas:
                Answer(step, draft.Put(step.Key, step.Value, 0, (found?.Facts ?? new KeyFacts(0, 0, null)) with { Flags = step.Flags }));
                break;
            case SequenceVerb.Lock:
                var locks = found?.Facts?.LockIndex ?? 0;
                var isFresh = found?.Facts?.Session is null;
                Answer(step, draft.Put(step.Key, step.Value, found?.Lease ?? 0, new KeyFacts(step.Flags, isFresh ? locks + 1 : locks, step.Session)));
                break;
            case SequenceVerb.Unlock:
                Answer(step, draft.Put(step.Key, step.Value, found!.Value.Lease, new KeyFacts(step.Flags, found.Value.Facts!.LockIndex, null)));
                break;
            case SequenceVerb.Delete or SequenceVerb.DeleteCas:
                if (found is not null) draft.Delete(step.Key);
                break;
            case SequenceVerb.DeleteTree:
                var tree = KeyRange.Prefix(step.Key.Span);
                foreach (var entry in draft.List(tree).Where(entry => ReservedKeys.IsDeletedBy(tree, entry.Key.Span))) draft.Delete(entry.Key);
                break;
            case SequenceVerb.GetTree:
                foreach (var entry in draft.List(KeyRange.Prefix(step.Key.Span))) Answer(step, entry);
                break;
            case SequenceVerb.GetOrEmpty:
                Answer(step, found ?? new KeyEntry(step.Key, default, 0, 0, 0, 0));
                break;
            default:
                if (found is { } read) Answer(step, read);
                break;
        }
    }

    private void Answer(SequenceStep step, KeyEntry entry) => _answers.Add((step.Verb, entry));
}
