using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>The user events of the last 512 Lamport times: to know one again, and to give them to who missed them.</summary>
internal sealed class EventRing
{
    /// <summary>Slots, one a Lamport time; Serf's EventBuffer.</summary>
    public const int Size = 512;

    /// <summary>Events of one time that are kept; a flood beyond it is not told apart.</summary>
    private const int MaxInSlot = 64;

    private readonly Slot?[] _slots = new Slot?[Size];

    /// <summary>Whether the event is new; then it is kept.</summary>
    public bool Add(UserEvent userEvent)
    {
        ref var slot = ref _slots[userEvent.LTime % Size];
        if (slot is null || slot.LTime != userEvent.LTime) slot = new Slot(userEvent.LTime, []);
        var seen = new RecentEvent(userEvent.Name, userEvent.Payload);
        if (slot.Events.Count >= MaxInSlot || slot.Events.Contains(seen)) return false;
        slot.Events.Add(seen);
        return true;
    }

    /// <summary>All, by slot.</summary>
    public ImmutableArray<RecentEvents> ToArray() =>
        [.. _slots.OfType<Slot>().Select(slot => new RecentEvents(slot.LTime, [.. slot.Events]))];

    private sealed record Slot(ulong LTime, List<RecentEvent> Events);
}
