using FsCheck;
using FsCheck.Fluent;

using Skerry.Manifest.Core;
using Skerry.Primitives;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Core;

/// <summary>The index of watchers beside a plain list of them.</summary>
public sealed class RangeIndexTests
{
    [Fact]
    public void Watchers_are_found_as_a_list_would_find_them() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll<int>(seed =>
        {
            var random = new Prng((ulong)seed);
            var (index, list) = (new WatchIndex(), new List<Watcher>());
            string Key() => $"{random.Next(30):d2}";
            for (var step = 0; step < 300; step++)
            {
                if (list.Count > 0 && random.Chance(0.4))
                {
                    var gone = list[random.Next(list.Count)];
                    list.Remove(gone);
                    index.Remove(gone);
                }
                else
                {
                    var range = random.Next(4) switch { 0 => Ops.Key(Key()), 1 => KeyRange.Prefix(Bytes(Key()[..1])), 2 => Between(Key(), "\0"), _ => Between(Key(), Key()) };
                    var watcher = new Watcher(step, (ulong)step, new WatchRequest { Range = range });
                    list.Add(watcher);
                    index.Add(watcher);
                }

                var (key, found) = (Bytes(Key()), new List<Watcher>());
                index.Find(key, found);
                Assert.Equal(list.Where(watcher => watcher.Range.Contains(key)).Select(watcher => watcher.Id).Order(), found.Select(watcher => watcher.Id).Order());
                Assert.Equal(list.Count, index.Count);
            }
        }));
}
