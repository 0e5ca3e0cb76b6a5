using Skerry.Primitives;

namespace Skerry.Catalog.Checks;

/// <summary>All that all checks wait for, in one order: however many checks there are, one timer wakes for the next.</summary>
internal sealed class CheckAgenda
{
    private readonly SortedSet<(Instant At, ulong Number)> _order = [];
    private readonly Dictionary<ulong, (LocalCheck Check, CheckDuty Duty)> _entries = [];
    private ulong _number;

    public Instant NextDeadline => _order.Count == 0 ? Instant.Never : _order.Min.At;

    /// <summary>Sets when a duty of a check is due, in place of when it was; null: never.</summary>
    public void Set(LocalCheck check, CheckDuty duty, Instant? at)
    {
        if (check.Due.Remove(duty, out var old))
        {
            _order.Remove(old);
            _entries.Remove(old.Number);
        }

        if (at is not { } due) return;
        var entry = (due, ++_number);
        check.Due[duty] = entry;
        _order.Add(entry);
        _entries[_number] = (check, duty);
    }

    /// <summary>Takes the next duty that is due; those of one instant in the order they were set.</summary>
    public bool TryTake(Instant now, out LocalCheck check, out CheckDuty duty)
    {
        (check, duty) = (null!, default);
        if (NextDeadline > now) return false;
        var entry = _order.Min;
        _order.Remove(entry);
        _entries.Remove(entry.Number, out var due);
        due.Check.Due.Remove(due.Duty);
        (check, duty) = due;
        return true;
    }

    /// <summary>Drops all duties of a check.</summary>
    public void Drop(LocalCheck check)
    {
        foreach (var duty in Enum.GetValues<CheckDuty>()) Set(check, duty, null);
    }
}
