using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>Counts the open streams, and lets in only so many.</summary>
internal sealed class OpenStreams(PawlWebOptions options, WebMeters meters)
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _ofKey = [];
    private int _all;

    /// <summary>Lets a reader in until he is disposed.</summary>
    /// <exception cref="ProblemException"><c>too_many_streams</c>, <c>overloaded</c>.</exception>
    public IDisposable Enter(long key)
    {
        lock (_gate)
        {
            var his = _ofKey.GetValueOrDefault(key);
            if (his >= options.MaxStreamsPerKey)
            {
                throw Refused("too_many_streams", $"A key may hold {options.MaxStreamsPerKey} streams at once. Close one, and come again.");
            }

            if (_all >= options.MaxStreams)
            {
                throw Refused("overloaded", $"There are {options.MaxStreams} streams open, which is all there may be. Come again later.");
            }

            (_ofKey[key], _all) = (his + 1, _all + 1);
        }

        meters.Stream(1);
        return new Place(this, key);
    }

    private static ProblemException Refused(string code, string detail) => new(new Problem(code, detail) { RetryAfter = ComeAgain });

    private void Leave(long key)
    {
        lock (_gate)
        {
            _all--;
            if (--_ofKey[key] == 0)
            {
                _ofKey.Remove(key);
            }
        }

        meters.Stream(-1);
    }

    private sealed class Place(OpenStreams open, long key) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                open.Leave(key);
            }
        }
    }
}
